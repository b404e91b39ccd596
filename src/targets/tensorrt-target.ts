import { splitCommand } from '../../engines/command-text.ts';
import { findTensorrt } from '../../engines/tensorrt/machine/auto.ts';
import type { TrtexecTool } from '../../engines/tensorrt/machine/find.ts';
import { inspectMachine, type TensorrtMachine } from '../../engines/tensorrt/machine/machine.ts';
import { checkPrecision, checkSupport, parseGpu } from '../../engines/tensorrt/planning/gpu.ts';
import { graphFor } from '../../engines/tensorrt/planning/precision-recipes.ts';
import { readTensorrtIntent } from '../../engines/tensorrt/planning/read-intent.ts';
import { resolveRelease } from '../../engines/tensorrt/planning/release.ts';
import { createTensorrtEngine } from '../../engines/tensorrt/running/driver.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { defaultCacheDirectory } from '../io/cache-directory.ts';
import { type ChosenTarget, formOf, type PretendedMachine, type TargetRequest } from './target.ts';

/** trtexec and the GPU of this machine. Throws DiagnosticError. */
function findMachine({
  env,
  trtexec,
  tensorrt,
  machines,
}: TargetRequest): Promise<TensorrtMachine> {
  const given = tensorrt?.device;
  const { device } = readTensorrtIntent(given === undefined ? {} : { device: given });
  const request = { env, device, ...(trtexec === undefined ? {} : { trtexec }) };
  const key = JSON.stringify([trtexec, device]);
  const machine = machines?.get(key) ?? inspectMachine(request);
  machines?.set(key, machine);
  return machine;
}

/** What speaks against an engine of the precision on the machine, whatever the model. */
function refusalsOf({ gpu, release }: TensorrtMachine, { precision }: TargetRequest) {
  return [...checkSupport(gpu, release), ...checkPrecision(gpu, precision)].filter(
    ({ severity }) => severity === 'error',
  );
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
  const found = isWhole ? undefined : await findMachine(request);
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

/** TensorRT as asked for. Throws DiagnosticError where trtexec or a GPU is missing, or where release, GPU and precision do not go together. */
export async function chooseTensorrt(request: TargetRequest): Promise<ChosenTarget> {
  const machine = await findMachine(request);
  const refusals = refusalsOf(machine, request);
  if (refusals.length > 0) throw new DiagnosticError(refusals);
  return choose(request, machine, 'as asked for');
}

/** TensorRT where it can be used for this precision, else why not. */
export async function tryTensorrt(request: TargetRequest): Promise<ChosenTarget | string> {
  const { machine, because } = await findTensorrt(() => findMachine(request));
  if (!machine) return because;
  const [refusal] = refusalsOf(machine, request);
  return refusal ? refusal.message : choose(request, machine, 'found here');
}

/** The model as a release of TensorRT wants it, for whoever builds it elsewhere. Throws DiagnosticError. */
export function onnxForTensorrt(request: TargetRequest, named: string): ChosenTarget {
  const release = resolveRelease(named);
  const intent = readTensorrtIntent({ ...request.tensorrt, precision: request.precision });
  const reason = `onnx: the model is written for TensorRT ${release.version}, nothing is built`;
  return { reason, form: { target: 'tensorrt', ...graphFor(intent, release) } };
}
