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
import { type ChosenTarget, formOf, type TargetRequest } from './target.ts';

function inspectRequestOf({ env, trtexec, tensorrt }: TargetRequest): InspectRequest {
  const given = tensorrt?.device;
  const { device } = readTensorrtIntent(given === undefined ? {} : { device: given });
  return { env, device, ...(trtexec === undefined ? {} : { trtexec }) };
}

function choose(request: TargetRequest, machine: TensorrtMachine, why: string): ChosenTarget {
  const { precision, env, onNote } = request;
  const engine = createTensorrtEngine({
    machine,
    intent: readTensorrtIntent({ ...request.tensorrt, precision }),
    cacheDirectory: defaultCacheDirectory(env),
    ...(onNote ? { onNote } : {}),
  });
  const reason = `tensorrt ${machine.release.version} on ${machine.gpu.name}, ${why}`;
  return { engine, reason, form: formOf(engine, precision) };
}

/** TensorRT as asked for. Throws DiagnosticError where trtexec or a GPU is missing. */
export async function chooseTensorrt(request: TargetRequest): Promise<ChosenTarget> {
  return choose(request, await inspectMachine(inspectRequestOf(request)), 'as asked for');
}

/** TensorRT where it can be used for this precision, else why not. */
export async function tryTensorrt(request: TargetRequest): Promise<ChosenTarget | string> {
  const { machine, because } = await findTensorrt(inspectRequestOf(request));
  if (!machine) return because;
  const [refusal] = checkPrecision(machine.gpu, request.precision);
  return refusal?.severity === 'error' ? refusal.message : choose(request, machine, 'found here');
}
