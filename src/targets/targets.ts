import { onnxTarget } from '../../engines/onnx/target.ts';
import { onnxruntimeTarget } from '../../engines/onnxruntime/target.ts';
import type { TargetDefinition } from '../../engines/target.ts';
import { tensorrtTarget } from '../../engines/tensorrt/target.ts';
import { tensorrtRtxTarget } from '../../engines/tensorrt-rtx/target.ts';

/** A definition whose options nobody but itself looks into. */
export type AnyTarget = TargetDefinition<unknown>;

/** Every target. `auto` takes the first that can be found here, else the first of all. */
export const targets: readonly AnyTarget[] = [
  onnxruntimeTarget,
  tensorrtTarget,
  tensorrtRtxTarget,
  onnxTarget,
].map((definition) => definition as AnyTarget);
