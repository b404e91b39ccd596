import { splitCommand } from './command-text.ts';
import { findOnPath } from './find-program.ts';
import { runTool, type ToolResult } from './process.ts';
import { isRemote, type ToolCommand, toolCommand } from './tool-command.ts';

type Command = ToolCommand['command'];

/** A GPU as nvidia-smi lists it. */
export interface InstalledGpu {
  readonly index: number;
  readonly name: string;
  readonly uuid: string;
  readonly driver: string;
  readonly memoryMiB: number | undefined;
  /** Absent with drivers older than 510. */
  readonly computeCapability: string | undefined;
}

/** What decides a timing beside the engine; undefined: the GPU does not tell. */
export interface GpuState {
  readonly smClockMHz: number | undefined;
  readonly memoryClockMHz: number | undefined;
  readonly maxSmClockMHz: number | undefined;
  readonly temperatureC: number | undefined;
  readonly powerW: number | undefined;
  /** Share of the last moment in which something ran on it, in percent. */
  readonly utilizationPercent: number | undefined;
  /** Why the clocks are below what they could be, in words. */
  readonly throttleReasons: readonly string[] | undefined;
}

/** The software's power cap: a card of 70 W sits at it under any steady load. */
export const powerCap = 'power cap';

/** Bits of nvmlClocksThrottleReasons (nvml.h); the first says only that nothing runs. */
const throttleBits: readonly (readonly [number, string])[] = [
  [0x2, 'application clocks setting'],
  [0x4, powerCap],
  [0x8, 'hardware slowdown'],
  [0x10, 'sync boost'],
  [0x20, 'thermal slowdown (software)'],
  [0x40, 'thermal slowdown (hardware)'],
  [0x80, 'power brake'],
  [0x100, 'display clock setting'],
];

/** Reasons that make a figure unfit for comparison: the GPU could not do what it was set to, and does something else the next time. */
export const harmfulReasons: ReadonlySet<string> = new Set([
  'hardware slowdown',
  'thermal slowdown (software)',
  'thermal slowdown (hardware)',
  'power brake',
]);

const listFields = ['index', 'name', 'uuid', 'driver_version', 'memory.total'];
const stateFields = [
  'index',
  'clocks.sm',
  'clocks.mem',
  'clocks.max.sm',
  'temperature.gpu',
  'power.draw',
  'utilization.gpu',
];
/** The field's name changed with driver 535. */
const reasonFields = ['clocks_event_reasons.active', 'clocks_throttle_reasons.active'];

/** What is asked of a GPU's state and of the GPU itself: of each, the first that the driver knows. */
export const stateFieldSets: readonly (readonly string[])[] = [
  ...reasonFields.map((reason) => [...stateFields, reason]),
  stateFields,
];
export const listFieldSets: readonly (readonly string[])[] = [
  [...listFields, 'compute_cap'],
  listFields,
];

interface Answer {
  readonly result: ToolResult;
  readonly lines: readonly string[];
}

async function ask(command: Command, args: readonly string[], timeoutMs = 15_000): Promise<Answer> {
  const lines: string[] = [];
  const [program, ...rest] = command;
  const result = await runTool({
    command: [program, ...rest, ...args],
    timeoutMs,
    graceMs: 500,
    onLine: (line, stream) => {
      if (stream === 'stdout' && lines.length < 200) lines.push(line);
    },
  });
  return { result, lines };
}

/** A row has a value for each field; what a container's entrypoint prints before it has not. */
function rowsIn(lines: readonly string[], fields: readonly string[]): string[][] {
  const rows = lines.map((line) => line.split(',').map((text) => text.trim()));
  return rows.filter(
    ([first = '', ...rest]) => /^\d+$/.test(first) && rest.length + 1 === fields.length,
  );
}

/** Asks for the index and further fields; of each group of spellings, the first that this driver knows. */
async function query(
  command: Command,
  fieldSets: readonly (readonly string[])[],
  extra: readonly string[] = [],
): Promise<string[][] | undefined> {
  for (const fields of fieldSets) {
    const args = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits', ...extra];
    const { result, lines } = await ask(command, args);
    if (result.exitCode === 0) return rowsIn(lines, fields);
  }
  return undefined;
}

function numberIn(text: string | undefined): number | undefined {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) ? value : undefined;
}

/** A GPU from the answers to `listFieldSets`. */
export function installedGpuOf([
  index,
  name = '',
  uuid = '',
  driver = '',
  memory,
  capability,
]: readonly string[]): InstalledGpu {
  return {
    index: Number(index),
    name,
    uuid,
    driver,
    memoryMiB: numberIn(memory),
    computeCapability: /^\d+\.\d$/.test(capability ?? '') ? capability : undefined,
  };
}

/** The GPUs that nvidia-smi lists; undefined where it cannot be asked. */
async function listGpus(command: Command): Promise<InstalledGpu[] | undefined> {
  return (await query(command, listFieldSets))?.map(installedGpuOf);
}

/** The newest CUDA that the driver can serve, from the head of nvidia-smi's overview. */
export async function readCudaVersion(command: Command): Promise<string | undefined> {
  const { lines } = await ask(command, []);
  return /CUDA(?: UMD)? Version: *(\d+\.\d+)/.exec(lines.join('\n'))?.[1];
}

/** Undefined where the driver or the GPU does not tell: `[N/A]`. */
function reasonsIn(mask: string | undefined): string[] | undefined {
  const bits = Number(mask);
  return mask !== undefined && Number.isFinite(bits)
    ? throttleBits.filter(([bit]) => (bits & bit) !== 0).map(([, words]) => words)
    : undefined;
}

/** A state from the answers to `stateFieldSets`. */
export function gpuStateOf(row: readonly string[]): GpuState {
  const [, sm, memory, maxSm, temperature, power, utilization, reasons] = row;
  return {
    smClockMHz: numberIn(sm),
    memoryClockMHz: numberIn(memory),
    maxSmClockMHz: numberIn(maxSm),
    temperatureC: numberIn(temperature),
    powerW: numberIn(power),
    utilizationPercent: numberIn(utilization),
    throttleReasons: reasonsIn(reasons),
  };
}

/** Clocks, temperature and throttle reasons of a GPU now; undefined where it cannot be asked. */
export async function readGpuState(command: Command, id: string): Promise<GpuState | undefined> {
  const [row] = (await query(command, stateFieldSets, ['-i', id])) ?? [];
  return row && gpuStateOf(row);
}

/**
 * The command that asks the GPU which trtexec uses: NVIDIA_SMI; beside a command prefix, the same prefix with nvidia-smi in place of trtexec; PATH,
 * unless trtexec runs on another host. The first that lists a GPU is taken.
 */
export async function findNvidiaSmi(
  tool: ToolCommand | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ command: Command; gpus: readonly InstalledGpu[] } | undefined> {
  const [program, ...rest] = splitCommand(env.NVIDIA_SMI ?? '');
  const beside = tool && tool.command.length > 1 ? tool.command.slice(0, -1) : [];
  const [besideProgram, ...besideRest] = [...beside, 'nvidia-smi'];
  const isElsewhere = tool !== undefined && isRemote(tool);
  const onPath = isElsewhere ? undefined : await findOnPath(['nvidia-smi'], env.PATH);
  const candidates: (Command | undefined)[] = [
    program ? [program, ...rest] : undefined,
    beside.length > 0 && besideProgram
      ? toolCommand({ command: [besideProgram, ...besideRest] }, [], process.cwd())
      : undefined,
    onPath ? [onPath] : undefined,
  ];
  for (const command of candidates) {
    const gpus = command && (await listGpus(command));
    if (gpus && gpus.length > 0) return { command, gpus };
  }
  return undefined;
}
