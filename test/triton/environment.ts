/* A real Triton on free ports, from the environment that setup.sh makes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultCacheDirectory } from '../../src/io/cache-directory.ts';

const folder = process.env.RCC_TRITON || join(defaultCacheDirectory(process.env), 'triton');

/** Tests are skipped by this name where there is no environment. */
export const isInstalled = existsSync(join(folder, 'made'));
export const needs = 'needs test/triton/setup.sh';

/** Interpreter with tritonclient. */
export const python = join(folder, 'venv', 'bin', 'python');

/** Folder of perf_analyzer and its libraries; undefined where it could not be had. */
export const perfFolder = existsSync(join(folder, 'perf', 'perf_analyzer'))
  ? join(folder, 'perf')
  : undefined;

export interface Triton {
  readonly address: string;
  readonly grpcAddress: string;
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function isReady(address: string): Promise<boolean> {
  const answer = await fetch(`${address}/v2/health/ready`).catch(() => undefined);
  return answer?.ok === true;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(timer);
}

const mostStartMs = 60_000;

/** Starts it on a repository and waits until it is ready. Throws with its log where it does not come up: what it says of a repository that it refuses. */
export async function startTriton(repository: string): Promise<Triton> {
  const [http, grpc] = [await freePort(), await freePort()];
  const child = spawn('test/triton/serve.sh', [repository, String(http), String(grpc)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const keep = (part: Buffer): void => {
    log = (log + part.toString()).slice(-100_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const address = `http://127.0.0.1:${http}`;
  for (const startedAt = Date.now(); !(await isReady(address)); await wait(100)) {
    if (child.exitCode === null && Date.now() - startedAt < mostStartMs) continue;
    await stop(child);
    throw new Error(`Triton did not start:\n${log}`);
  }
  return { address, grpcAddress: `127.0.0.1:${grpc}`, stop: () => stop(child) };
}
