/** A GPU that the stand-ins pretend to be. */
export interface PretendedGpu {
  readonly name: string;
  readonly computeCapability: string;
  readonly multiprocessors: number;
  readonly memoryMiB: number;
  readonly uuid: string;
  /** The first release that no longer supports it. */
  readonly until?: string;
}

export const gpus: Readonly<Record<string, PretendedGpu>> = {
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
    until: '10.5.0',
  },
  a100: {
    name: 'NVIDIA A100-SXM4-40GB (stand-in)',
    computeCapability: '8.0',
    multiprocessors: 108,
    memoryMiB: 40536,
    uuid: 'GPU-00000000-0000-0000-0000-000000000080',
  },
  l4: {
    name: 'NVIDIA L4 (stand-in)',
    computeCapability: '8.9',
    multiprocessors: 58,
    memoryMiB: 23034,
    uuid: 'GPU-00000000-0000-0000-0000-000000000089',
  },
};

/** STAND_IN_GPU: a name of the table above, or none. */
export function pretendedGpu(env: NodeJS.ProcessEnv): PretendedGpu | undefined {
  // As CUDA hides devices.
  return env.CUDA_VISIBLE_DEVICES === '-1' ? undefined : gpus[env.STAND_IN_GPU ?? 't4'];
}
