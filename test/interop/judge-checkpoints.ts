/*
 * Judges every checkpoint of a folder that checkpoints.py wrote, as a newcomer would use it:
 *
 *     npm run judge:checkpoints -- FOLDER [NAME …]
 *
 * `rcc init`, `rcc compile` and `rcc verify`, with nothing edited between them; the framework's own answer decides. A network that no spec describes must
 * be refused for its reason, and what no file shows be warned of. The exit code is 1 when anything is wrong.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { markdownTable } from '../../bench/markdown-table.ts';
import { type CliOutcome, rcc } from '../helpers/cli.ts';

/** Largest error that a right network may have, as a share of the logits' standard deviation. */
const mostError = 2e-4;

const checkpointSchema = z.object({
  weights: z.string(),
  sides: z.array(z.number()),
  arguments: z.array(z.string()),
  refused: z.string().nullable(),
  warned: z.string().nullable(),
  spec: z.array(z.string()),
});
type Checkpoint = z.infer<typeof checkpointSchema>;

const verificationSchema = z.object({
  result: z.array(
    z.object({ verdict: z.object({ relativeError: z.object({ max: z.number() }) }) }),
  ),
});

/** Where a checkpoint lies, and where its specs and artifacts go. */
interface Place {
  readonly name: string;
  readonly folder: string;
  readonly directory: string;
}

interface Judgement {
  readonly name: string;
  readonly outcome: string;
  /** What is not as it should be; empty: all is. */
  readonly wrong: readonly string[];
}

/** What a command said, without the paths that it names: a folder may be called as what is looked for. */
function told({ stdout, stderr }: CliOutcome): string {
  return `${stderr}${stdout}`.replaceAll(/(?<=')\/[^']*\//g, '').trim();
}

function specAt({ directory }: Place, side: number): string {
  return join(directory, `side${side}.rn`);
}

function init(checkpoint: Checkpoint, place: Place, side: number): Promise<CliOutcome> {
  const weights = join(place.folder, checkpoint.weights);
  const options = ['--output', specAt(place, side), '--input', `${side}`, ...checkpoint.arguments];
  return rcc('init', weights, ...options);
}

function compile(place: Place, side: number): Promise<CliOutcome> {
  const artifact = join(place.directory, `side${side}`);
  const options = ['--target', 'onnxruntime', '--output', artifact, '--no-time'];
  return rcc('compile', specAt(place, side), ...options);
}

function verify(place: Place, side: number): Promise<CliOutcome> {
  const [input, logits] = ['input', 'logits'].map((what) =>
    join(place.folder, `${side}.${what}.npy`),
  ) as [string, string];
  const question = ['--input', input, '--logits', logits, '--target', 'onnxruntime'];
  return rcc('verify', specAt(place, side), ...question, '--json');
}

/** What a text should say and does not. */
function lacking(what: string, text: string, wanted: readonly string[]): readonly string[] {
  return wanted
    .filter((words) => !text.includes(words))
    .map((words) => `${what} does not say '${words}':\n${text}`);
}

async function judgeRefusal(
  checkpoint: Checkpoint,
  place: Place,
  reason: string,
): Promise<Judgement> {
  const outcome = await init(checkpoint, place, 64);
  const text = told(outcome);
  const described = outcome.exitCode === 0 ? [`init describes it:\n${text}`] : [];
  const [first = ''] = text.split('\n');
  return {
    name: place.name,
    outcome: first,
    wrong: [...described, ...lacking('init', text, [reason])],
  };
}

/** The first of some steps that fails, with all that it said; undefined: none does. */
async function firstFailure(
  steps: Readonly<Record<string, () => Promise<CliOutcome>>>,
): Promise<string | undefined> {
  for (const [name, run] of Object.entries(steps)) {
    const outcome = await run();
    if (outcome.exitCode !== 0) return `${name} fails:\n${told(outcome)}`;
  }
  return undefined;
}

/** The network has other numbers than its names say: compile must warn of it. */
async function judgeDoubt(checkpoint: Checkpoint, place: Place, doubt: string): Promise<Judgement> {
  const failure = await firstFailure({ init: () => init(checkpoint, place, 64) });
  const text = failure ?? told(await compile(place, 64));
  return {
    name: place.name,
    outcome: `warned of ${doubt}`,
    wrong: failure ? [failure] : lacking('compile', text, ['warning', doubt]),
  };
}

/** Largest error of one side; a text where a step fails. */
async function errorAt(
  checkpoint: Checkpoint,
  place: Place,
  side: number,
): Promise<number | string> {
  const failure = await firstFailure({
    init: () => init(checkpoint, place, side),
    compile: () => compile(place, side),
  });
  if (failure) return failure;
  const verified = await verify(place, side);
  if (verified.exitCode !== 0) return `verify fails:\n${told(verified)}`;
  const { result } = verificationSchema.parse(JSON.parse(verified.stdout));
  return Math.max(...result.map(({ verdict }) => verdict.relativeError.max));
}

async function judgeNetwork(checkpoint: Checkpoint, place: Place): Promise<Judgement> {
  const errors: string[] = [];
  const wrong: string[] = [];
  for (const side of checkpoint.sides) {
    const error = await errorAt(checkpoint, place, side);
    if (typeof error === 'string') wrong.push(error);
    else errors.push(`${error.toExponential(1)} at ${side}`);
    if (!(Number(error) <= mostError)) wrong.push(`the error at ${side} is ${error}`);
    const spec = specAt(place, side);
    if (existsSync(spec))
      wrong.push(...lacking('the spec', readFileSync(spec, 'utf8'), checkpoint.spec));
  }
  return { name: place.name, outcome: errors.join(', '), wrong };
}

async function judge(name: string, folder: string): Promise<Judgement> {
  const facts = JSON.parse(readFileSync(join(folder, 'checkpoint.json'), 'utf8'));
  const checkpoint = checkpointSchema.parse(facts);
  const { refused, warned } = checkpoint;
  const directory = mkdtempSync(join(tmpdir(), 'rcc-checkpoint-'));
  const place = { name, folder, directory };
  try {
    if (refused !== null) return await judgeRefusal(checkpoint, place, refused);
    if (warned !== null) return await judgeDoubt(checkpoint, place, warned);
    return await judgeNetwork(checkpoint, place);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const { positionals } = parseArgs({ allowPositionals: true });
const [root, ...only] = positionals;
if (root === undefined) {
  console.error('usage: judge:checkpoints FOLDER [NAME …]');
  process.exit(2);
}
const names = readdirSync(root).filter((name) => existsSync(join(root, name, 'checkpoint.json')));
const judgements: Judgement[] = [];
for (const name of only.length > 0 ? only : names) {
  const judgement = await judge(name, join(root, name));
  judgements.push(judgement);
  const { outcome, wrong } = judgement;
  console.error(
    [`${wrong.length > 0 ? 'WRONG' : 'right'}  ${name}  ${outcome}`, ...wrong].join('\n'),
  );
}
const cells = judgements.map(({ name, outcome, wrong }) => [
  name,
  outcome,
  wrong.length === 0 ? 'right' : `${wrong.length} wrong`,
]);
console.log(markdownTable({ head: ['checkpoint', 'outcome', 'judged'], cells }));
process.exitCode = judgements.some(({ wrong }) => wrong.length > 0) || cells.length === 0 ? 1 : 0;
