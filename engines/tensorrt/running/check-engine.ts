import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { checkOf, type EngineCheck } from '../../engine-check.ts';
import { readFacts } from '../../read-facts.ts';
import type { Environment, TargetCheck } from '../../target.ts';
import { inspectMachine, type TensorrtMachine } from '../machine/machine.ts';
import { releaseOrder } from '../planning/release-order.ts';
import { type TensorrtFacts, tensorrtFacts } from './facts.ts';

/** Engines of these major releases load in those, if they are version-compatible (NVIDIA's matrix page of 11.4.1). */
const crossings: readonly (readonly [built: number, runs: number])[] = [
  [8, 8],
  [9, 9],
  [8, 10],
  [10, 10],
  [10, 11],
  [11, 11],
];

function releaseFits(facts: TensorrtFacts, { release }: TensorrtMachine): boolean {
  const built = releaseOrder(facts.tensorrt) ?? 0;
  if (built === release.order) return true;
  const majors = [built, release.order].map((order) => Math.floor(order / 10_000));
  const crosses = crossings.some(([from, to]) => from === majors[0] && to === majors[1]);
  return facts.versionCompatible && crosses && release.order > built;
}

function capabilityFits(facts: TensorrtFacts, { gpu }: TensorrtMachine): boolean {
  if (facts.hardwareCompatibility === 'ampere+') return Number(gpu.computeCapability) >= 8;
  return facts.computeCapability === gpu.computeCapability;
}

function gpuFits(facts: TensorrtFacts, { gpu }: TensorrtMachine): EngineCheck['fits'] {
  const compatible = facts.hardwareCompatibility !== 'none';
  return compatible || facts.gpu === gpu.name ? 'yes' : 'doubtful';
}

function versionNotOlder(expected: string | undefined, found: string | undefined) {
  if (!expected || !found) return 'doubtful';
  const [a, b] = [expected, found].map((text) => text.split('.').map(Number));
  const at = (a ?? []).findIndex((part, i) => part !== (b?.[i] ?? 0));
  return at < 0 || (b?.[at] ?? 0) > (a?.[at] ?? 0) ? 'yes' : 'doubtful';
}

/** Compares an engine's facts with a machine. Pure. */
export function checkTensorrtEngine(
  facts: TensorrtFacts,
  machine: TensorrtMachine,
): readonly EngineCheck[] {
  const yesNo = (fits: boolean): EngineCheck['fits'] => (fits ? 'yes' : 'no');
  const { gpu, fullVersion, cuda } = machine;
  const { computeCapability } = gpu;
  const driver = machine.installed?.driver;
  const system = `${process.platform}-${process.arch}`;
  const capability = yesNo(capabilityFits(facts, machine));
  return [
    checkOf('TensorRT', facts.tensorrt, fullVersion, yesNo(releaseFits(facts, machine))),
    checkOf('compute capability', facts.computeCapability, computeCapability, capability),
    checkOf('GPU', facts.gpu, gpu.name, gpuFits(facts, machine)),
    checkOf('driver', facts.driver, driver, versionNotOlder(facts.driver, driver)),
    checkOf('CUDA', facts.cuda, cuda, versionNotOlder(facts.cuda, cuda)),
    checkOf('system', facts.os, system, yesNo(facts.os === system)),
  ];
}

/** What an engine needs, where this machine has no TensorRT to ask. */
function checkWithoutMachine(facts: TensorrtFacts): readonly EngineCheck[] {
  const { tensorrt, computeCapability, gpu } = facts;
  const needed = { TensorRT: tensorrt, 'compute capability': computeCapability, GPU: gpu };
  return Object.entries(needed).map(([what, value]) =>
    checkOf(what, value, 'not here', 'doubtful'),
  );
}

export interface CheckTensorrtRequest {
  readonly env: Environment;
  readonly trtexec: string | undefined;
  /** Of the manifest. */
  readonly path: string;
}

/** Compares a manifest's facts with this machine. Throws DiagnosticError where they have another form. */
export async function checkTensorrt(
  facts: unknown,
  { env, trtexec, path }: CheckTensorrtRequest,
): Promise<TargetCheck> {
  const known = readFacts(tensorrtFacts, facts, path);
  try {
    const machine = await inspectMachine({ env, trtexec, device: known.device });
    return { checks: checkTensorrtEngine(known, machine) };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { checks: checkWithoutMachine(known), diagnostics: error.diagnostics };
  }
}
