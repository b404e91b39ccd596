/*
 * Judges every published network and every fixture of the families in OpenVINO itself, in each precision that this machine computes:
 *
 *     npm run judge:openvino -- [--precision fp32|bf16|int8 …] [NAME …]
 *
 * A network of specs/ has seeded weights and is held against its unfolded graph; a fixture has its framework's weights and is held against that
 * framework's logits. A network so sensitive that float16 is out of its own bounds too says nothing of bfloat16, and its row says so. A row each goes to
 * stdout. The exit code is 1 when a verdict or an audit failed, 2 where OpenVINO is not set up.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readNetworks } from '../../bench/kernels/networks.ts';
import { isWritten, type Precision } from '../../codegen/precisions.ts';
import { endsInOneKernel } from '../../engines/audit/block-verdicts.ts';
import { type Compilation, compileSpec } from '../../src/compile/compile.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { verifySpec } from '../../src/compile/verify.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import type { Spec } from '../../src/language/spec.ts';
import { isInstalled, openvino, precisions } from '../engines/openvino/installation.ts';
import { embedded } from '../helpers/targets.ts';

interface Subject {
  readonly name: string;
  readonly spec: Spec;
}

/** Largest error of a right network in float32, whatever its tolerance becomes. */
const mostError = 2e-4;

const fixtureFolders = ['test/fixtures/families', 'test/fixtures/weights'];

async function readSubjects(): Promise<readonly Subject[]> {
  const networks = await readNetworks();
  const files = fixtureFolders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.rn'))
      .map((name) => join(folder, name)),
  );
  const { specs } = await loadSpecFiles(files);
  return [
    ...networks.map(({ names, spec }) => ({ name: names.join(', '), spec })),
    ...specs.map((spec) => ({ name: `fixtures/${spec.name}`, spec })),
  ];
}

/** A fixture is calibrated on what it is judged by; a published network on what rcc takes without data. */
function calibrationOf({ reference }: Spec, precision: Precision) {
  if (precision !== 'int8' || !reference) return {};
  return { calibrate: reference.input, calibrationAlgorithm: 'max' } as const;
}

async function compile(spec: Spec, precision: Precision): Promise<Compilation> {
  const target = await openvino(precision);
  const data = calibrationOf(spec, precision);
  return await withTemporaryFolder((folder) =>
    compileSpec(spec, { target, directory: join(folder, 'artifact'), batches: [1], ...data }),
  );
}

interface Outcome {
  readonly figures: string;
  /** What is wrong whatever the numbers are; absent: nothing. */
  readonly failure?: string;
  /** Why the verdict failed, which a network that is too sensitive may. */
  readonly deviation?: string;
}

function outcomeOf({ verdict, audits: [audit] }: Compilation, precision: Precision): Outcome {
  const blocks = audit?.blocks ?? [];
  const fused = blocks.filter(endsInOneKernel).length;
  const error = verdict?.relativeError?.max ?? Number.NaN;
  const figures = [
    `error ${error.toPrecision(2)}`,
    `cosine ${verdict?.cosine?.min.toFixed(6) ?? '–'}`,
    `${fused} of ${blocks.length} blocks in one kernel`,
    `${audit?.inPrecision.count} of ${audit?.inPrecision.of} in the precision`,
  ].join(', ');
  if (audit?.verdict !== 'pass') return { figures, failure: 'The audit did not pass.' };
  if (precision === 'fp32' && error > mostError) {
    return { figures, failure: `The error is more than ${mostError}.` };
  }
  return verdict?.ok ? { figures } : { figures, deviation: verdict?.reason ?? 'no verdict' };
}

/** Whether rounding to float16, eight times as fine as bfloat16, is too much for the network. */
async function isTooSensitive(spec: Spec): Promise<boolean> {
  const { verdict, emulated = verdict } = await verifySpec(spec, {
    target: await embedded('fp16'),
  });
  return !emulated.ok;
}

async function judge(spec: Spec, precision: Precision): Promise<Outcome> {
  try {
    const outcome = outcomeOf(await compile(spec, precision), precision);
    const { figures, deviation } = outcome;
    if (deviation === undefined) return outcome;
    if (isWritten(precision) || !(await isTooSensitive(spec)))
      return { figures, failure: deviation };
    return { figures: `says nothing, as float16 is out of its bounds too: ${figures}` };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const failure = error.diagnostics.map(({ message }) => message).join(' ');
    return { figures: 'not computed', failure };
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { precision: { type: 'string', multiple: true } },
});

function isAsked({ name }: Subject): boolean {
  const names = name.split(', ');
  return positionals.length === 0 || positionals.some((asked) => names.includes(asked));
}

async function main(): Promise<number> {
  if (!isInstalled) {
    console.error('OpenVINO is not set up: rcc doctor --setup openvino');
    return 2;
  }
  const asked = precisions.filter((one) => values.precision?.includes(one) ?? true);
  const subjects = (await readSubjects()).filter(isAsked);
  const rows: Outcome[] = [];
  for (const { name, spec } of subjects) {
    for (const precision of asked) {
      const startedMs = performance.now();
      const row = await judge(spec, precision);
      rows.push(row);
      const { figures, failure } = row;
      const text = failure === undefined ? figures : `FAILED: ${failure} ${figures}`;
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      console.log(`${name}  ${precision}  ${text}  (${seconds} s)`);
    }
  }
  const wrong = rows.filter(({ failure }) => failure !== undefined).length;
  console.log(
    `\n${subjects.length} networks in ${asked.join(', ')}: ${wrong} of ${rows.length} failed`,
  );
  return wrong > 0 || rows.length === 0 ? 1 : 0;
}

process.exitCode = await main();
