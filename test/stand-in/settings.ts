import { type PretendedGpu, pretendedGpu } from './pretended-gpu.ts';
import { type Release, releaseNamed } from './release.ts';

/** How the stand-ins are told what to be: by environment variables, which no command of rcc sets. */
export interface Settings {
  /** STAND_IN_RELEASE, default 10.4. */
  readonly release: Release;
  /** STAND_IN_GPU: t4, v100, a100, l4 or none. */
  readonly gpu: PretendedGpu | undefined;
  /** STAND_IN_FAILURE: a name of failures.ts, with `@build` or `@load` for one kind of run. */
  readonly failure: string | undefined;
  /** STAND_IN_DELAY_MS: time that a build takes, default 0. */
  readonly delayMs: number;
  /** STAND_IN_LAYERS: what is wrong with the layers of an engine, see layer-info.ts. */
  readonly flaw: string | undefined;
  /** STAND_IN_JITTER: coefficient of variation of the invented times, default 0.004. */
  readonly jitter: number;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    release: releaseNamed(env.STAND_IN_RELEASE ?? '10.4'),
    gpu: pretendedGpu(env),
    failure: env.STAND_IN_FAILURE,
    delayMs: Number(env.STAND_IN_DELAY_MS ?? 0),
    flaw: env.STAND_IN_LAYERS,
    jitter: Number(env.STAND_IN_JITTER ?? 0.004),
  };
}
