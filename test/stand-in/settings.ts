import { type Release, resolveRelease } from '../../engines/tensorrt/release.ts';

/** A GPU that the stand-ins pretend to be. */
export interface PretendedGpu {
  readonly name: string;
  readonly computeCapability: string;
  readonly multiprocessors: number;
  readonly memoryMiB: number;
  readonly uuid: string;
}

const gpus: Readonly<Record<string, PretendedGpu>> = {
  t4: {
    name: 'Tesla T4 (stand-in)',
    computeCapability: '7.5',
    multiprocessors: 40,
    memoryMiB: 15109,
    uuid: 'GPU-00000000-0000-0000-0000-000000000075',
  },
  v100: {
    name: 'Tesla V100-SXM2-16GB (stand-in)',
    computeCapability: '7.0',
    multiprocessors: 80,
    memoryMiB: 16151,
    uuid: 'GPU-00000000-0000-0000-0000-000000000070',
  },
  a100: {
    name: 'NVIDIA A100-SXM4-40GB (stand-in)',
    computeCapability: '8.0',
    multiprocessors: 108,
    memoryMiB: 40536,
    uuid: 'GPU-00000000-0000-0000-0000-000000000080',
  },
};

/** How the stand-ins are told what to be: by environment variables, which no command of rcc sets. */
export interface Settings {
  /** STAND_IN_RELEASE, default 10.4. */
  readonly release: Release;
  /** STAND_IN_GPU: t4, v100, a100 or none. */
  readonly gpu: PretendedGpu | undefined;
  /** STAND_IN_FAILURE: a name of failures.ts, with `@build` or `@load` for one kind of run. */
  readonly failure: string | undefined;
  /** STAND_IN_DRIVER, default 550.54.15: a driver older than 510 does not know compute_cap. */
  readonly driver: string;
  /** STAND_IN_DELAY_MS: time that a build takes, default 0. */
  readonly delayMs: number;
  /** STAND_IN_JITTER: coefficient of variation of the invented times, default 0.004. */
  readonly jitter: number;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const gpu = env.STAND_IN_GPU ?? 't4';
  return {
    release: resolveRelease(env.STAND_IN_RELEASE ?? '10.4'),
    gpu: gpu === 'none' ? undefined : gpus[gpu],
    failure: env.STAND_IN_FAILURE,
    driver: env.STAND_IN_DRIVER ?? '550.54.15',
    delayMs: Number(env.STAND_IN_DELAY_MS ?? 0),
    jitter: Number(env.STAND_IN_JITTER ?? 0.004),
  };
}
