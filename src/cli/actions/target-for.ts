import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { chooseTarget } from '../../targets/choose-target.ts';
import type { ChosenTarget, PretendedMachine, TargetRequest } from '../../targets/target.ts';
import type { CommandContext } from '../command.ts';
import type { ModelOptions } from '../options.ts';
import { tensorrtTextsOf } from '../tensorrt-options.ts';

export interface TargetJob {
  readonly precision: TargetRequest['precision'];
  /** Batches that are timed. */
  readonly batches: readonly number[];
  /** See TargetRequest. */
  readonly pretended?: PretendedMachine;
  /** Shared by the jobs of a run, see TargetRequest. */
  readonly machines?: TargetRequest['machines'];
  onNote?(note: Diagnostic): void;
}

/** The target that a command line asks for, for one precision. */
export function targetFor(
  options: ModelOptions,
  { env }: CommandContext,
  { precision, batches, pretended = {}, machines, onNote }: TargetJob,
): Promise<ChosenTarget> {
  const { target, threads, trtexec, computeCapability, python } = options;
  return chooseTarget({
    target,
    precision,
    env,
    tensorrt: tensorrtTextsOf({ ...options }, batches),
    ...(threads === undefined ? {} : { threads }),
    ...(trtexec === undefined ? {} : { trtexec }),
    ...(computeCapability === undefined ? {} : { computeCapability }),
    ...(python === undefined ? {} : { python }),
    ...(Object.keys(pretended).length > 0 ? { pretended } : {}),
    ...(machines ? { machines } : {}),
    ...(onNote ? { onNote } : {}),
  });
}
