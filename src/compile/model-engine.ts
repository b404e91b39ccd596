import { hasFloat16Quantizers, type PipelineOptions } from '../../codegen/passes/pipeline.ts';
import type { Engine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';

/** What a written model was made with, or what its manifest says of that. */
export type WrittenForm = Pick<PipelineOptions, 'precision' | 'int8Rest'>;

/** Whether a written model is to be run node by node: onnxruntime 1.30 merges quantisers with float16 scales wrongly, and computes them as ONNX says where it merges nothing. */
export function runsNodeByNode(form: WrittenForm): boolean {
  return hasFloat16Quantizers(form);
}

/** onnxruntime for a written model itself, whatever target it was made for. */
export function engineForModel(form: WrittenForm): Engine {
  return createOnnxruntimeEngine({ optimization: runsNodeByNode(form) ? 'disabled' : 'all' });
}
