import type { Precision } from '../../codegen/precisions.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Connection } from '../server/connection.ts';
import { askModel, type ModelName, type ServedFacts } from '../server/metadata.ts';
import { createServedModel, speaksBinary } from '../server/served-model.ts';
import type { Question } from './question.ts';
import {
  checkBatch,
  checkLabels,
  checkPicture,
  checkTensors,
  checkTooMany,
  pictureBytes,
  type ServedCheck,
  type ServedSubject,
} from './served-checks.ts';
import type { ServedExpectation } from './served-expectation.ts';

export interface VerifyServerOptions {
  readonly connection: Connection;
  readonly name: ModelName;
  /** Batches to judge; default: 1 and the server's largest. */
  readonly batches?: readonly number[] | undefined;
  /** A picture file to ask about beside the inputs. */
  readonly picture?: string | undefined;
  /** What the model should be; told how the server has its input. */
  expect(facts: ServedFacts): Promise<ServedExpectation>;
}

export interface ServerVerification {
  /** Of the spec. */
  readonly model: string;
  readonly precision: Precision;
  readonly address: string;
  readonly facts: ServedFacts;
  readonly ok: boolean;
  readonly checks: readonly ServedCheck[];
  /** What speaks against the server, and notes. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Most bytes of a request that nobody asked for by its size. */
const mostRequestBytes = 2 ** 28;

/** The batches that a server takes: the largest, or the only one. Undefined: it does not say. */
function largestOf({ maxBatch, inputs }: ServedFacts): number | undefined {
  if (maxBatch !== undefined && maxBatch > 0) return maxBatch;
  const [fixed] = inputs[0]?.shape ?? [];
  return fixed !== undefined && fixed > 0 ? fixed : undefined;
}

interface BatchPlan {
  readonly judged: readonly number[];
  /** The most that the server takes; one more is to be refused. */
  readonly largest?: number | undefined;
  readonly untried: readonly Diagnostic[];
}

function planBatches(
  facts: ServedFacts,
  question: Question,
  asked: readonly number[] | undefined,
): BatchPlan {
  const largest = largestOf(facts);
  const isFixed = facts.maxBatch === undefined || facts.maxBatch === 0;
  const usual = isFixed ? [largest ?? 1] : [...new Set([1, largest ?? 1])];
  const bytes = (batch: number): number => batch * pictureBytes(question);
  const fits = (batch: number): boolean => bytes(batch) <= mostRequestBytes;
  const untried = (batch: number): Diagnostic =>
    createDiagnostic('server-batch-untried', {
      model: facts.model,
      batch,
      megabytes: Math.ceil(bytes(batch) / 1e6),
    });
  const judged = asked ?? usual.filter(fits);
  const tooLarge = asked ? [] : usual.filter((batch) => !fits(batch));
  const isOverTried = largest !== undefined && fits(largest + 1);
  return {
    judged,
    ...(isOverTried ? { largest } : {}),
    untried: tooLarge.map(untried),
  };
}

/** Two pictures tell whether labels are given row by row. */
function labelledBatch({ maxBatch }: ServedFacts, { judged }: BatchPlan): number {
  return maxBatch !== undefined && maxBatch > 0 ? Math.min(maxBatch, 2) : (judged[0] ?? 1);
}

async function checkAnswers(
  subject: ServedSubject,
  { batches, picture }: VerifyServerOptions,
): Promise<{ checks: readonly ServedCheck[]; untried: readonly Diagnostic[] }> {
  const { facts, expectation } = subject;
  const question = await expectation.ask();
  const plan = planBatches(facts, question, batches);
  const checks: ServedCheck[] = [];
  for (const batch of plan.judged) checks.push(await checkBatch(subject, question, batch));
  const { largest } = plan;
  if (largest !== undefined) checks.push(await checkTooMany(subject, question, largest));
  const labels = await checkLabels(subject, question, labelledBatch(facts, plan));
  if (labels) checks.push(labels);
  if (picture !== undefined) {
    checks.push(await checkPicture(subject, picture, plan.judged[0] ?? 1));
  }
  return { checks, untried: plan.untried };
}

/** Asks a server's model everything, where its tensors are those that they should be. */
async function checkModel(
  facts: ServedFacts,
  expectation: ServedExpectation,
  options: VerifyServerOptions,
): Promise<{ checks: readonly ServedCheck[]; notes: readonly Diagnostic[] }> {
  const { connection } = options;
  const tensors = checkTensors(facts, expectation);
  if (!tensors.ok) return { checks: [tensors], notes: [] };
  const served = createServedModel(connection, facts);
  const subject = { facts, served, expectation, signal: connection.signal };
  const { checks, untried } = await checkAnswers(subject, options);
  const { address } = connection;
  const slow = speaksBinary(facts) ? [] : [createDiagnostic('server-json-tensors', { address })];
  return { checks: [tensors, ...checks], notes: [...slow, ...untried] };
}

/** Judges a model that a server runs as `verifySpec` judges an engine. Throws DiagnosticError where the server cannot be asked. */
export async function verifyServer(options: VerifyServerOptions): Promise<ServerVerification> {
  const { connection, name } = options;
  const facts = await askModel(connection, name);
  const expectation = await options.expect(facts);
  try {
    const { checks, notes } = await checkModel(facts, expectation, options);
    const { model, precision } = expectation;
    return {
      model,
      precision,
      address: connection.address,
      facts,
      ok: checks.every(({ ok }) => ok),
      checks,
      diagnostics: [...notes, ...checks.flatMap(({ diagnostics }) => diagnostics)],
    };
  } finally {
    expectation.close();
  }
}
