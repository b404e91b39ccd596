import type { GraphForm } from '../../codegen/passes/graph-form.ts';
import type { Precision } from '../../codegen/precisions.ts';
import type { Engine } from '../../engines/engine.ts';
import { onnxTarget } from '../../engines/onnx/target.ts';
import { onnxruntimeTarget } from '../../engines/onnxruntime/target.ts';
import type { Target } from '../../engines/target.ts';
import { tensorrtForm } from '../../engines/tensorrt/planning/graph-form.ts';
import { tensorrtRtxForm } from '../../engines/tensorrt-rtx/graph-form.ts';

/** The graph that each target wants. */
const forms = {
  onnxruntime: (precision: Precision): GraphForm => ({ precision }),
  tensorrt: (precision: Precision) => tensorrtForm(precision),
  'tensorrt-rtx': tensorrtRtxForm,
} as const;

export type FormTarget = keyof typeof forms;

/** The form for a target; the least compute capability counts for tensorrt-rtx alone. */
export function formFor(
  target: FormTarget,
  precision: Precision,
  leastComputeCapability?: number,
): GraphForm {
  return forms[target](precision, leastComputeCapability);
}

/** The model alone. */
export function onnxAlone(precision: Precision): Promise<Target> {
  return onnxTarget.choose({ typing: 'auto' }, { precision, env: {} });
}

/** The embedded engine on one thread, or another engine in its place. */
export async function embedded(precision: Precision, engine?: Engine): Promise<Target> {
  const target = await onnxruntimeTarget.choose({ threads: 1 }, { precision, env: {} });
  return { ...target, ...(engine ? { engine } : {}) };
}
