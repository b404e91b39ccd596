import { type ChosenTarget, formOf, type TargetRequest } from './target.ts';

// Each target's tools are loaded when it is chosen: a conversion to ONNX needs none of them.

async function chooseOnnxruntime(request: TargetRequest, reason: string): Promise<ChosenTarget> {
  const { createOnnxruntimeEngine } = await import('../../engines/onnxruntime/engine.ts');
  const { threads, precision } = request;
  const engine = createOnnxruntimeEngine(threads === undefined ? {} : { threads });
  return { engine, reason, form: formOf(engine, precision) };
}

/** A graph for whoever runs it elsewhere: for the TensorRT that is named, else for onnxruntime. */
async function chooseOnnx(request: TargetRequest): Promise<ChosenTarget> {
  const { precision, pretended } = request;
  if (pretended?.release !== undefined) {
    return (await import('./tensorrt-target.ts')).onnxForTensorrt(request, pretended.release);
  }
  const whom =
    precision === 'int8' ? ' for onnxruntime (--trt RELEASE writes it for TensorRT)' : '';
  return { reason: `onnx: the model is written${whom}, nothing is built`, form: { precision } };
}

async function chooseByItself(request: TargetRequest): Promise<ChosenTarget> {
  const { tryTensorrt } = await import('./tensorrt-target.ts');
  const found = await tryTensorrt(request);
  if (typeof found !== 'string') return found;
  const why = found.replace(/\.$/, '');
  return await chooseOnnxruntime(request, `onnxruntime on this processor (${why})`);
}

/** The target that is asked for. Throws DiagnosticError where it is not to be had; `auto` falls back to onnxruntime and says why. */
export async function chooseTarget(request: TargetRequest): Promise<ChosenTarget> {
  const { pretended, target } = request;
  if (pretended && (target === 'auto' || target === 'tensorrt')) {
    return await (await import('./tensorrt-target.ts')).pretendTensorrt(request, pretended);
  }
  switch (target) {
    case 'onnx':
      return await chooseOnnx(request);
    case 'onnxruntime':
      return await chooseOnnxruntime(request, 'onnxruntime on this processor');
    case 'tensorrt':
      return await (await import('./tensorrt-target.ts')).chooseTensorrt(request);
    case 'tensorrt-rtx':
      return await (await import('./tensorrt-rtx-target.ts')).chooseTensorrtRtx(request);
    case 'auto':
      return await chooseByItself(request);
  }
}
