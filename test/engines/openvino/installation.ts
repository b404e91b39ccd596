import type { Precision } from '../../../codegen/precisions.ts';
import { findSetUp, pythonRequest } from '../../../engines/openvino/find.ts';
import { computesIn, openvinoPrecisions } from '../../../engines/openvino/precisions.ts';
import { openvinoTarget } from '../../../engines/openvino/target.ts';
import { describeProcessor } from '../../../engines/processor.ts';
import type { Installation } from '../../../engines/python/installation.ts';
import type { Target } from '../../../engines/target.ts';

/* OpenVINO on this machine, for tests that ask it itself. */
const found: Installation | undefined = await findSetUp(
  pythonRequest(process.env, undefined),
  {},
).catch(() => undefined);

/** Whether a Python has the wheel: RCC_PYTHON, or the one that `rcc doctor --setup openvino` made (test/openvino/setup.sh). */
export const isInstalled = found !== undefined;

/** For tests that are skipped where it is not installed. */
export function requireInstallation(): Installation {
  if (!found) throw new Error('OpenVINO is not set up');
  return found;
}

const processor = await describeProcessor();

/** What this machine computes in. */
export const precisions: readonly Precision[] = openvinoPrecisions.filter((precision) =>
  computesIn(processor, precision),
);

/** The target on one thread, as users get it. */
export async function openvino(
  precision: Precision,
  batches: readonly number[] = [1],
): Promise<Target> {
  const { env } = process;
  const options = { threads: 1, hint: 'latency', timeoutS: 600 } as const;
  return await openvinoTarget.choose(options, { precision, batches, env });
}
