import type { OptionRow } from '../option-row.ts';
import type { Target, TargetDefinition, TargetRequest } from '../target.ts';
import { releaseRow, rowOf } from '../tensorrt/planning/option-rows.ts';

export interface OnnxTargetOptions {
  /** Release of TensorRT that the graph is written for; absent: for onnxruntime. */
  readonly trt?: string | undefined;
  readonly typing: 'auto' | 'weak' | 'strong';
}

const options: readonly OptionRow[] = [releaseRow, rowOf('typing')];

const written: Pick<Target, 'name' | 'batches' | 'layers' | 'float16' | 'minIterations'> = {
  name: 'onnx',
  batches: 'any',
  layers: 'graph',
  float16: 'widened',
  minIterations: 1,
};

async function forTensorrt(
  named: string,
  { typing }: OnnxTargetOptions,
  { precision, onNote }: TargetRequest,
): Promise<Target> {
  const { graphFor } = await import('../tensorrt/planning/precision-recipes.ts');
  const { releaseNotes, resolveRelease } = await import('../tensorrt/planning/release.ts');
  const { tensorrtIntent } = await import('../tensorrt/planning/intent.ts');
  const release = resolveRelease(named);
  for (const note of releaseNotes(release)) onNote?.(note);
  return {
    ...written,
    reason: `onnx: the model is written for TensorRT ${release.version}, nothing is built`,
    precision,
    form: graphFor(tensorrtIntent({ precision, typing }), release),
    release: `TensorRT ${release.version}`,
  };
}

/** The model alone, for whoever runs it elsewhere. */
export const onnxTarget: TargetDefinition<OnnxTargetOptions, 'onnx'> = {
  name: 'onnx',
  title: 'ONNX alone',
  options,
  async read(texts) {
    // Nothing is loaded for nothing: a conversion is over in a quarter of a second.
    if (Object.keys(texts).length === 0) return { typing: 'auto' };
    const [z, { readOptions }] = await Promise.all([import('zod'), import('../read-options.ts')]);
    const schema = z.strictObject({
      trt: z.string().optional(),
      typing: z.enum(['auto', 'weak', 'strong']).default('auto'),
    });
    return readOptions(schema, options, texts);
  },
  async choose(given, request): Promise<Target> {
    const { precision, doing } = request;
    if (doing !== undefined) {
      const { fail } = await import('../../src/diagnostics/diagnostic.ts');
      fail('target-without-engine', { target: this.name });
    }
    if (given.trt !== undefined) return await forTensorrt(given.trt, given, request);
    const { precisionRow } = await import('../../codegen/precisions.ts');
    const { requireProcessorPrecision } = await import('../gpu-precision.ts');
    requireProcessorPrecision(precision, 'onnxruntime, which models without --trt are for,');
    const whom = precisionRow(precision).isCalibrated
      ? ' for onnxruntime (--trt RELEASE writes it for TensorRT)'
      : '';
    const reason = `onnx: the model is written${whom}, nothing is built`;
    return { ...written, reason, precision, form: { precision } };
  },
  async serve(request) {
    return (await import('../onnxruntime/serve-model.ts')).serveModel(request);
  },
};
