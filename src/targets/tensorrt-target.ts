import { findTensorrt } from '../../engines/tensorrt/auto.ts';
import { defaultCacheDirectory } from '../../engines/tensorrt/context.ts';
import { createTensorrtEngine } from '../../engines/tensorrt/driver.ts';
import { splitCommand, type TrtexecTool } from '../../engines/tensorrt/find.ts';
import { checkPrecision, parseGpu } from '../../engines/tensorrt/gpu.ts';
import {
  type InspectRequest,
  inspectMachine,
  type TensorrtMachine,
} from '../../engines/tensorrt/machine.ts';
import { readTensorrtIntent } from '../../engines/tensorrt/read-intent.ts';
import { resolveRelease } from '../../engines/tensorrt/release.ts';
import { type ChosenTarget, formOf, type PretendedMachine, type TargetRequest } from './target.ts';

function inspectRequestOf({ env, trtexec, tensorrt }: TargetRequest): InspectRequest {
  const given = tensorrt?.device;
  const { device } = readTensorrtIntent(given === undefined ? {} : { device: given });
  return { env, device, ...(trtexec === undefined ? {} : { trtexec }) };
}

function choose(request: TargetRequest, machine: TensorrtMachine, why: string): ChosenTarget {
  const { precision, env, onNote } = request;
  const tensorrt = { machine, intent: readTensorrtIntent({ ...request.tensorrt, precision }) };
  const engine = createTensorrtEngine({
    ...tensorrt,
    cacheDirectory: defaultCacheDirectory(env),
    ...(onNote ? { onNote } : {}),
  });
  const reason = `tensorrt ${machine.release.version} on ${machine.gpu.name}, ${why}`;
  return { engine, reason, form: formOf(engine, precision), tensorrt };
}

function toolOf({ trtexec }: TargetRequest): TrtexecTool {
  const [program = 'trtexec', ...rest] = splitCommand(trtexec ?? '');
  return { command: [program, ...rest], source: '--trtexec' };
}

/** The machine that a plan is for. Throws DiagnosticError where a name is unknown, or what is not given cannot be found here. */
async function pretendedMachine(
  request: TargetRequest,
  { release, gpu }: PretendedMachine,
): Promise<TensorrtMachine> {
  const isWhole = release !== undefined && gpu !== undefined;
  const found = isWhole ? undefined : await inspectMachine(inspectRequestOf(request));
  const planned = {
    release: found && release === undefined ? found.release : resolveRelease(release ?? ''),
    gpu: found && gpu === undefined ? found.gpu : parseGpu(gpu ?? ''),
  };
  const { version: fullVersion } = planned.release;
  return { tool: found?.tool ?? toolOf(request), ...planned, fullVersion, notes: [] };
}

/** TensorRT on a machine that is not this one, to plan for it. Throws DiagnosticError. */
export async function pretendTensorrt(
  request: TargetRequest,
  pretended: PretendedMachine,
): Promise<ChosenTarget> {
  return choose(request, await pretendedMachine(request, pretended), 'as asked for');
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
