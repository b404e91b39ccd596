import {
  precisionRow,
  referencePrecision,
  writtenPrecisions,
} from '../../../codegen/precisions.ts';
import { type Diagnostic, DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { shellText } from '../../command-text.ts';
import type { DoctorRow } from '../../doctor-row.ts';
import { findNvidiaSmi } from '../../nvidia-smi.ts';
import {
  abilitiesOf,
  checkPrecision,
  checkSupport,
  findComputeCapability,
  type Gpu,
} from '../planning/gpu.ts';
import { dockerOption, imageText, newestImageFor } from '../planning/images.ts';
import type { Release } from '../planning/release.ts';
import { newestCovered, oldestSupportedOrder, releaseLine } from '../planning/release-order.ts';
import { findTrtexec, type TrtexecTool } from './find.ts';
import {
  findObstacle,
  type InspectRequest,
  inspectMachine,
  probeRelease,
  type TensorrtMachine,
} from './machine.ts';

const neededReleases = `TensorRT ${releaseLine(oldestSupportedOrder)} to ${newestCovered} (newer: treated as ${newestCovered})`;
const installTrtexec =
  'Install TensorRT and put trtexec on PATH, set TENSORRT_HOME, or give a command with --trtexec or TRTEXEC.';

/** What a step gives, or the diagnostic that stopped it. */
async function attempt<T>(step: () => Promise<T>): Promise<T | Diagnostic> {
  try {
    return await step();
  } catch (error) {
    const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
    if (first) return first;
    throw error;
  }
}

function isDiagnostic(value: object): value is Diagnostic {
  return 'code' in value && 'severity' in value;
}

function missing(part: string, needed: string, diagnostic: Diagnostic): DoctorRow {
  const { message: found, hint } = diagnostic;
  return { part, found, needed, state: 'missing', ...(hint ? { cure: hint } : {}) };
}

interface KnownGpu {
  readonly computeCapability: string;
  readonly driver: string | undefined;
}

/** A GPU's newest image is the way to trtexec that needs no installation. */
function imageAdvice(gpu: KnownGpu | undefined): string {
  const image = gpu && newestImageFor(gpu.computeCapability, gpu.driver);
  return image ? ` For this GPU: ${imageText(image)}, ${dockerOption(image)}` : '';
}

async function gpuHere({ env }: InspectRequest): Promise<KnownGpu | undefined> {
  const [gpu] = (await findNvidiaSmi(undefined, env))?.gpus ?? [];
  const computeCapability = gpu && (gpu.computeCapability ?? findComputeCapability(gpu.name));
  return computeCapability === undefined ? undefined : { computeCapability, driver: gpu?.driver };
}

function trtexecRow(tool: TrtexecTool | undefined, gpu?: KnownGpu): DoctorRow {
  const part = 'trtexec';
  const needed = 'trtexec, or a command that starts it';
  return tool
    ? { part, found: `${shellText(tool.command)} (${tool.source})`, needed, state: 'good' }
    : {
        part,
        found: 'not found',
        needed,
        state: 'missing',
        cure: `${installTrtexec}${imageAdvice(gpu)}`,
      };
}

function releaseRow(release: { release: Release; fullVersion: string } | Diagnostic): DoctorRow {
  const part = 'TensorRT';
  return isDiagnostic(release)
    ? missing(part, neededReleases, release)
    : { part, found: release.fullVersion, needed: neededReleases, state: 'good' };
}

function supportRow(gpu: Gpu, release: Release): DoctorRow {
  const found = `${gpu.name}, compute capability ${gpu.computeCapability}`;
  const needed = `a GPU that TensorRT ${release.version} supports`;
  const [against] = checkSupport(gpu, release);
  if (!against) return { part: 'GPU', found, needed, state: 'good' };
  const state = against.severity === 'error' ? 'missing' : 'doubtful';
  const cure = [against.message, against.hint].filter((text) => text !== undefined).join(' ');
  return { part: 'GPU', found, needed, state, cure };
}

function precisionsRow(gpu: Gpu): DoctorRow {
  const checks = writtenPrecisions.map((name) => ({ name, against: checkPrecision(gpu, name) }));
  const tf32 = abilitiesOf(gpu).tf32 ? ['tf32'] : [];
  const built = checks
    .filter(({ against }) => against.every(({ severity }) => severity !== 'error'))
    .flatMap(({ name }) => (name === referencePrecision ? [name, ...tf32] : [name]));
  const found = built.join(', ');
  // Few GPUs compute in a precision that was made for some: its absence is no doubt.
  const [doubt] = checks
    .filter(({ name }) => !precisionRow(name).leastComputeCapability)
    .flatMap(({ against }) => against);
  const row = { part: 'precisions', found, needed: 'those that are asked for' };
  return doubt ? { ...row, state: 'doubtful', cure: doubt.message } : { ...row, state: 'good' };
}

async function librariesRow(machine: TensorrtMachine, device: number): Promise<DoctorRow> {
  const part = 'libraries';
  const needed = 'what trtexec opens for a build';
  const against = await findObstacle(machine, device);
  return against
    ? missing(part, needed, against)
    : { part, found: 'TensorRT’s own, its plugins and its ONNX parser', needed, state: 'good' };
}

function driverRow({ installed, cuda }: TensorrtMachine): DoctorRow {
  const part = 'driver';
  const needed = 'nvidia-smi, for driver, clocks and temperature beside each timing';
  if (!installed) {
    const cure = 'Put nvidia-smi on PATH or name it in NVIDIA_SMI; timings work without it.';
    return { part, found: 'nvidia-smi cannot be asked', needed, state: 'doubtful', cure };
  }
  const memory = installed.memoryMiB === undefined ? '' : `, ${installed.memoryMiB} MiB`;
  const found = `driver ${installed.driver}${cuda ? `, CUDA up to ${cuda}` : ''}${memory}`;
  return { part, found, needed, state: 'good' };
}

async function gpuWithoutTrtexec(request: InspectRequest): Promise<DoctorRow> {
  const smi = await findNvidiaSmi(undefined, request.env);
  const names = smi?.gpus.map(({ name }) => name).join(', ');
  const needed = 'an NVIDIA GPU of compute capability 7.0 or later';
  return names
    ? { part: 'GPU', found: names, needed, state: 'good' }
    : {
        part: 'GPU',
        found: 'nvidia-smi lists none',
        needed,
        state: 'missing',
        cure: 'Install the NVIDIA driver; a container needs --gpus all.',
      };
}

/** The parts of the target tensorrt on this machine, each with what to do where it is missing. */
export async function tensorrtDoctor(request: InspectRequest): Promise<DoctorRow[]> {
  const tool = await findTrtexec(request);
  if (!tool) {
    const gpu = await gpuHere(request);
    return [trtexecRow(tool, gpu), await gpuWithoutTrtexec(request)];
  }
  const release = await attempt(() => probeRelease(tool, request.onNote));
  const first = [trtexecRow(tool), releaseRow(release)];
  if (isDiagnostic(release)) return [...first, await gpuWithoutTrtexec(request)];
  const machine = await attempt(() => inspectMachine(request));
  if (isDiagnostic(machine)) return [...first, missing('GPU', 'a GPU that CUDA sees', machine)];
  const { gpu } = machine;
  return [
    ...first,
    await librariesRow(machine, request.device),
    supportRow(gpu, machine.release),
    precisionsRow(gpu),
    driverRow(machine),
  ];
}
