import { expectArtifact } from '../../compile/expect-artifact.ts';
import { expectSpec } from '../../compile/expect-spec.ts';
import { isArtifact } from '../../compile/open-classifier.ts';
import { readManifest } from '../../compile/read-manifest.ts';
import { loadOneSpec } from '../../compile/spec-files.ts';
import {
  type ServerVerification,
  type VerifyServerOptions,
  verifyServer,
} from '../../compile/verify-server.ts';
import { createDiagnostic, type Diagnostic, fail } from '../../diagnostics/diagnostic.ts';
import { withTemporaryFolder } from '../../io/temporary-folder.ts';
import { serverCases } from '../cases/server-cases.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { VerifyCommandOptions } from '../commands/verify.ts';
import { askedPrecisions } from '../precision-options.ts';
import { serverOf } from '../server-options.ts';
import type { Text } from '../text.ts';
import { idleTiming } from '../timing-options.ts';
import { runJobs } from './run-jobs.ts';
import { referenceOf } from './verify.ts';

type Asking = Omit<VerifyServerOptions, 'expect'>;

/** What was found of a model, or why nothing was. */
interface Outcome {
  readonly results: readonly ServerVerification[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Options of models that are made here, by their keys. */
const ofMade = {
  weights: '--weights',
  weightsKey: '--weights-key',
  seed: '--seed',
  calibrate: '--calibrate',
  inputType: '--input-type',
} as const;

type Idle = Partial<Record<keyof VerifyCommandOptions, string>>;

function idleIn(options: VerifyCommandOptions, idle: Idle): readonly Diagnostic[] {
  return Object.entries(idle)
    .filter(([key]) => options[key as keyof VerifyCommandOptions] !== undefined)
    .map(([, option]) => createDiagnostic('server-option-idle', { option }));
}

async function verifyArtifact(
  directory: string,
  asking: Asking,
  options: VerifyCommandOptions,
  { signal }: CommandContext,
): Promise<Outcome> {
  const manifest = await readManifest(directory);
  const other = askedPrecisions(options).find((precision) => precision !== manifest.precision);
  if (other !== undefined) {
    const problem = `${directory} is ${manifest.precision}, and --${other} was given`;
    fail('server-option', { problem }, { hint: 'An artifact says its precision itself.' });
  }
  const { input, logits, outputs } = options;
  // The manifest may tell what the answer to an input is.
  const golden = logits === undefined && outputs === undefined ? input : undefined;
  const reference = golden === undefined ? referenceOf([directory], options) : undefined;
  const expect = () => expectArtifact(directory, manifest, { reference, golden, signal });
  return {
    results: [await verifyServer({ ...asking, expect })],
    diagnostics: idleIn(options, ofMade),
  };
}

async function verifySpecOnServer(
  path: string,
  asking: Asking,
  options: VerifyCommandOptions,
  context: CommandContext,
): Promise<Outcome> {
  if (askedPrecisions(options).length > 1) {
    fail('server-option', { problem: 'A model on a server has one precision: name one' });
  }
  const { spec, diagnostics } = await loadOneSpec(path);
  const reference = referenceOf([spec], options);
  const run: Parameters<typeof runJobs<ServerVerification>>[0]['run'] = (one, model) =>
    withTemporaryFolder((directory) =>
      verifyServer({
        ...asking,
        expect: ({ inputs: [served] }) =>
          expectSpec(one, { ...model, directory, reference, served }),
      }),
    );
  const place = `on ${asking.connection.address}`;
  const outcome = await runJobs({ specs: [spec], place, run }, options, context);
  return { ...outcome, diagnostics: [...diagnostics, ...outcome.diagnostics] };
}

function describe({ model, precision, address, facts, ok, checks }: ServerVerification): Text {
  const { server, platform, version, versions } = facts;
  const served = [
    `${server.name} ${server.version}`,
    `model ${facts.model}`,
    `version ${version ?? versions.at(-1) ?? 'unknown'}`,
    ...(platform ? [platform] : []),
  ];
  const width = checks.reduce((most, { what }) => Math.max(most, what.length), 'server'.length);
  return [
    `${model} ${precision} on ${address}: ${ok ? 'passed' : 'FAILED'}`,
    `  ${'server'.padEnd(width)}  ${served.join(', ')}`,
    ...checks.map(({ what, detail }) => `  ${what.padEnd(width)}  ${detail}`),
  ];
}

/** `rcc verify --server`: a model that a server runs, judged as `rcc verify` judges an engine. */
export async function verifyOnServer(
  paths: readonly string[],
  options: VerifyCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { connection, name } = await serverOf(options, context);
  const [path = '', ...others] = paths;
  if (others.length > 0) {
    fail('server-option', { problem: 'A server is verified against one spec or folder at a time' });
  }
  const { batches, picture } = options;
  const asking = { connection, name, batches, picture };
  const verify = isArtifact(path) ? verifyArtifact : verifySpecOnServer;
  const { results, diagnostics } = await verify(path, asking, options, context);
  return {
    text: results.map(describe),
    cases: serverCases(results),
    data: results.map(({ diagnostics: _, checks, ...rest }) => ({
      ...rest,
      checks: checks.map(({ diagnostics: __, ...check }) => check),
    })),
    diagnostics: [
      ...idleIn(options, { bisect: '--bisect' }),
      ...idleTiming(options, 'rcc verify times nothing'),
      ...diagnostics,
      ...results.flatMap((result) => result.diagnostics),
    ],
  };
}
