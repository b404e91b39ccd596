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

/** Runs a command once as a whole process. Throws where it fails: a failed run has no time. */
export function runProcess(command: string, parameters: readonly string[]): ProcessFigures {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-usage-'));
  const usageFile = join(folder, 'peak');
  const isNode = command === process.execPath;
  const startedAt = performance.now();
  const run = spawnSync(command, isNode ? ['--import', reporter, ...parameters] : parameters, {
    env: { ...environment, RCC_USAGE_FILE: usageFile },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wallMs = performance.now() - startedAt;
  try {
    if (run.status !== 0) throw new Error(`${command} ${parameters.join(' ')}: ${run.stderr}`);
    const peakBytes = isNode ? Number(readFileSync(usageFile, 'utf8')) : undefined;
    return { wallMs, peakBytes, stdout: run.stdout };
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
