import type { Engine } from '../../engines/engine.ts';
import { createOnnxruntimeEngine } from '../../engines/onnxruntime/engine.ts';
import { findTensorrt } from '../../engines/tensorrt/auto.ts';
import { defaultCacheDirectory } from '../../engines/tensorrt/context.ts';
import { createTensorrtEngine } from '../../engines/tensorrt/driver.ts';
import { checkPrecision } from '../../engines/tensorrt/gpu.ts';
import {
  type InspectRequest,
  inspectMachine,
  type TensorrtMachine,
} from '../../engines/tensorrt/machine.ts';
import { readTensorrtIntent } from '../../engines/tensorrt/read-intent.ts';
import { parseComputeCapabilities } from '../../engines/tensorrt-rtx/compute-capability.ts';
import { createTensorrtRtxEngine } from '../../engines/tensorrt-rtx/engine.ts';
import { requireTensorrtRtx } from '../../engines/tensorrt-rtx/probe.ts';
import type { ChosenTarget, TargetRequest } from './target.ts';

function formOf(request: TargetRequest, engine: Engine) {
  const { precision } = request;
  return { target: engine.target, ...(engine.graphFor?.(precision) ?? { precision }) };
}

function chooseOnnxruntime(request: TargetRequest, reason: string): ChosenTarget {
  const { threads } = request;
  const engine = createOnnxruntimeEngine(threads === undefined ? {} : { threads });
  return { engine, reason, form: formOf(request, engine) };
}

function inspectRequestOf({ env, trtexec, tensorrt }: TargetRequest): InspectRequest {
  const given = tensorrt?.device;
  const { device } = readTensorrtIntent(given === undefined ? {} : { device: given });
  return { env, device, ...(trtexec === undefined ? {} : { trtexec }) };
}

function chooseTensorrt(
  request: TargetRequest,
  machine: TensorrtMachine,
  why: string,
): ChosenTarget {
  const { precision, env, onNote } = request;
  const engine = createTensorrtEngine({
    machine,
    intent: readTensorrtIntent({ ...request.tensorrt, precision }),
    cacheDirectory: defaultCacheDirectory(env),
    ...(onNote ? { onNote } : {}),
  });
  const reason = `tensorrt ${machine.release.version} on ${machine.gpu.name}, ${why}`;
  return { engine, reason, form: formOf(request, engine) };
}

async function chooseTensorrtRtx(request: TargetRequest): Promise<ChosenTarget> {
  const { env, python, precision } = request;
  const computeCapabilities = parseComputeCapabilities(request.computeCapability ?? '');
  const installation = await requireTensorrtRtx({
    env,
    cacheDirectory: defaultCacheDirectory(env),
    ...(python === undefined ? {} : { python }),
  });
  const engine = createTensorrtRtxEngine({ installation, computeCapabilities });
  const least = Math.min(...computeCapabilities.map(Number));
  return {
    engine,
    reason: `tensorrt-rtx ${installation.version} for compute capability ${computeCapabilities.join(', ')}`,
    form: { target: engine.target, precision, leastComputeCapability: least },
  };
}

async function chooseByItself(request: TargetRequest): Promise<ChosenTarget> {
  const { machine, because } = await findTensorrt(inspectRequestOf(request));
  const [refusal] = machine ? checkPrecision(machine.gpu, request.precision) : [];
  const why = refusal?.severity === 'error' ? refusal.message : because;
  return machine && refusal?.severity !== 'error'
    ? chooseTensorrt(request, machine, 'found here')
    : chooseOnnxruntime(request, `onnxruntime on this processor (${why.replace(/\.$/, '')})`);
}

/** The target that is asked for. Throws DiagnosticError where it is not to be had; `auto` falls back to onnxruntime and says why. */
export async function chooseTarget(request: TargetRequest): Promise<ChosenTarget> {
  switch (request.target) {
    case 'onnx':
      return {
        reason: 'onnx: the model is written, nothing is built',
        form: { precision: request.precision },
      };
    case 'onnxruntime':
      return chooseOnnxruntime(request, 'onnxruntime on this processor');
    case 'tensorrt':
      return chooseTensorrt(
        request,
        await inspectMachine(inspectRequestOf(request)),
        'as asked for',
      );
    case 'tensorrt-rtx':
      return await chooseTensorrtRtx(request);
    case 'auto':
      return await chooseByItself(request);
  }
}
