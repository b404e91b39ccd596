import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ProcessFigures {
  /** From start to exit. */
  readonly wallMs: number;
  /** Largest resident memory; Node processes only. */
  readonly peakBytes: number | undefined;
  readonly stdout: string;
}

const reporter = fileURLToPath(new URL('./report-usage.mjs', import.meta.url));

// Where it is set, as behind a proxy, every Node reads the system's certificates as it starts, for longer than all the rest of its start takes.
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;

interface Run {
  readonly command: string;
  readonly parameters: readonly string[];
  readonly usageFile?: string;
}

function run({ command, parameters, usageFile }: Run): Omit<ProcessFigures, 'peakBytes'> {
  const startedAt = performance.now();
  const { status, stderr, stdout } = spawnSync(command, parameters, {
    env: { ...environment, ...(usageFile && { RCC_USAGE_FILE: usageFile }) },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wallMs = performance.now() - startedAt;
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')}: ${stderr}`);
  return { wallMs, stdout };
}

/** Milliseconds that a command takes as a whole process, with nothing loaded into it. Throws where it fails: a failed run has no time. */
export function timeProcess(command: string, parameters: readonly string[]): number {
  return run({ command, parameters }).wallMs;
}

/** Runs a command once as a whole process; what reports a Node process's memory takes some milliseconds of it. Throws where it fails. */
export function runProcess(command: string, parameters: readonly string[]): ProcessFigures {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-usage-'));
  const usageFile = join(folder, 'peak');
  const isNode = command === process.execPath;
  try {
    const loaded = isNode ? ['--import', reporter, ...parameters] : parameters;
    const figures = run({ command, parameters: loaded, usageFile });
    const peakBytes = isNode ? Number(readFileSync(usageFile, 'utf8')) : undefined;
    return { ...figures, peakBytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The middle of at least one number. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length - 1 - half], sorted[half]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
