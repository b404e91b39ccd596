import { createDiagnostic, type Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { shellText } from './find.ts';
import type { TensorrtMachine } from './machine.ts';
import type { TensorrtFacts } from './manifest.ts';
import { releaseOrder } from './release.ts';

/** One fact of an engine beside what this machine has. */
export interface EngineCheck {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** `no`: the engine does not load or must not be used; `doubtful`: it loads, but was not made for this. */
  readonly fits: 'yes' | 'doubtful' | 'no';
}

export interface EngineCheckResult {
  readonly fits: boolean;
  readonly checks: readonly EngineCheck[];
  /** One error for each fact that keeps the engine from being used. */
  readonly diagnostics: readonly Diagnostic[];
  /** Command line that builds the engines again on this machine, quoted for a shell. */
  readonly rebuild: string;
}

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

/**
 * Compares an engine's facts with a machine: expected beside found, and how to rebuild what does not fit. Pure.
 * `rebuild` is the command of rcc that made the artifact: it holds on every release, while trtexec's own arguments do not.
 */
export function checkEngine(
  facts: TensorrtFacts,
  machine: TensorrtMachine,
  rebuild: readonly string[],
): EngineCheckResult {
  const yesNo = (fits: boolean): EngineCheck['fits'] => (fits ? 'yes' : 'no');
  const driver = machine.installed?.driver;
  const rows: readonly (readonly [
    string,
    string | undefined,
    string | undefined,
    EngineCheck['fits'],
  ])[] = [
    ['TensorRT', facts.tensorrt, machine.fullVersion, yesNo(releaseFits(facts, machine))],
    [
      'compute capability',
      facts.computeCapability,
      machine.gpu.computeCapability,
      yesNo(capabilityFits(facts, machine)),
    ],
    ['GPU', facts.gpu, machine.gpu.name, gpuFits(facts, machine)],
    ['driver', facts.driver, driver, versionNotOlder(facts.driver, driver)],
    ['CUDA', facts.cuda, machine.cuda, versionNotOlder(facts.cuda, machine.cuda)],
  ];
  const system = `${process.platform}-${process.arch}`;
  const checks = [...rows, ['system', facts.os, system, yesNo(facts.os === system)] as const].map(
    ([what, expected = 'not recorded', found = 'not known', fits]) => ({
      what,
      expected,
      found,
      fits,
    }),
  );
  const command = shellText(rebuild);
  const hint = `Rebuild it: ${command}`;
  const diagnostics = checks
    .filter(({ fits }) => fits === 'no')
    .map(({ fits: _, ...facts }) => createDiagnostic('tensorrt-engine-mismatch', facts, { hint }));
  return { fits: diagnostics.length === 0, checks, diagnostics, rebuild: command };
}
