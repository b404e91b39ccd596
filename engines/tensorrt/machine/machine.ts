import { basename, join } from 'node:path';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
  fail,
} from '../../../src/diagnostics/diagnostic.ts';
import { findNvidiaSmi, type InstalledGpu, readCudaVersion } from '../../nvidia-smi.ts';
import { runTool, type ToolResult } from '../../process.ts';
import { isRemote, toolCommand } from '../../tool-command.ts';
import { explainFailure } from '../logs/failure.ts';
import { TrtexecLogParser } from '../logs/parse-log.ts';
import type { TrtexecReport } from '../logs/report.ts';
import { findComputeCapability, type Gpu } from '../planning/gpu.ts';
import { parseBanner, type Release, resolveRelease } from '../planning/release.ts';
import { type FindRequest, requireTrtexec, type TrtexecTool } from './find.ts';

/** trtexec and the GPU it runs on. */
export interface TensorrtMachine {
  readonly tool: TrtexecTool;
  readonly release: Release;
  /** As far as the banner tells: `10.4.0.26` from 10.4 on, `8.6.1` before. */
  readonly fullVersion: string;
  /** `linux-x64`; absent where the machine was named and not asked. */
  readonly system?: string;
  readonly gpu: Gpu;
  /** What nvidia-smi says of the GPU; absent where it cannot be asked. */
  readonly installed?: InstalledGpu;
  readonly cuda?: string;
  readonly nvidiaSmi?: readonly [string, ...string[]];
  readonly notes: readonly Diagnostic[];
}

/** Devices are counted as nvidia-smi counts them, not by speed. */
export const deviceOrder = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' } as const;
/** For a tool that is there; a container's first start pulls its image before. */
const probeTimeoutMs = 60_000;
const pullTimeoutMs = 1_800_000;

function firstTimeoutMs(tool: TrtexecTool): number {
  const isContainer = tool.command.length > 1 && !isRemote(tool);
  return isContainer ? pullTimeoutMs : probeTimeoutMs;
}

/** A program that did not start, or hung, or something else than trtexec. */
function explainNoBanner(tool: TrtexecTool, result: ToolResult): Diagnostic {
  const report = new TrtexecLogParser().report();
  const timeoutS = firstTimeoutMs(tool) / 1000;
  const failed = explainFailure({ result, report, engine: '', timeoutS });
  const known = failed.code === 'trtexec-not-startable' || failed.code === 'trtexec-timed-out';
  const command = tool.command.join(' ');
  const details = result.tail.slice(-8);
  return known ? failed : createDiagnostic('trtexec-no-banner', { command }, { details });
}

/** What docker and podman say before they pull an image. */
const pulling = /Unable to find image '([^']+)' locally|Trying to pull (\S+?)(?:\.{3})?$/;

/** Tells at once that an image is pulled: nothing else is heard until it is there. */
function pullWatcher({ command }: TrtexecTool, onNote: InspectRequest['onNote']) {
  let isTold = false;
  return (line: string): void => {
    const [, image, same = image] = pulling.exec(line) ?? [];
    if (isTold || same === undefined) return;
    isTold = true;
    const program = basename(command[0]);
    onNote?.(createDiagnostic('tensorrt-image-pulled', { program, image: same }));
  };
}

/** Asks trtexec for its release. Throws `trtexec-not-startable`, `trtexec-no-banner` and `tensorrt-release-too-old`. */
export async function probeRelease(
  tool: TrtexecTool,
  onNote?: InspectRequest['onNote'],
): Promise<{ release: Release; fullVersion: string }> {
  let banner: ReturnType<typeof parseBanner>;
  const command = toolCommand(tool, ['--help'], process.cwd());
  const watchPull = pullWatcher(tool, onNote);
  const result = await runTool({
    command,
    timeoutMs: firstTimeoutMs(tool),
    env: deviceOrder,
    onLine: (line) => {
      banner ??= parseBanner(line);
      watchPull(line);
    },
  });
  if (!banner) throw new DiagnosticError([explainNoBanner(tool, result)]);
  const release = resolveRelease(banner.version);
  const fullVersion = [release.version, banner.build].filter((part) => part !== undefined);
  return { release, fullVersion: fullVersion.join('.') };
}

/** What a build of a file that does not exist says: it prints the device, opens TensorRT's libraries and ends. */
interface BuildProbe {
  readonly device: TrtexecReport['device'];
  readonly failure: Diagnostic;
}

async function probeBuild(tool: TrtexecTool, device: number): Promise<BuildProbe> {
  const parser = new TrtexecLogParser();
  const absent = join(process.cwd(), 'no-such-file.onnx');
  const command = toolCommand(tool, [`--onnx=${absent}`, `--device=${device}`], process.cwd());
  const result = await runTool({
    command,
    timeoutMs: probeTimeoutMs,
    env: deviceOrder,
    onLine: (line, stream) => parser.push(line, stream),
  });
  const report = parser.report();
  const timeoutS = probeTimeoutMs / 1000;
  return {
    device: report.device,
    failure: explainFailure({ result, report, engine: '', timeoutS }),
  };
}

/** What keeps a build from coming as far as its file, of which trtexec's help knows nothing: a library, the driver; undefined where it comes there. */
export async function findObstacle(
  { tool }: TensorrtMachine,
  device: number,
): Promise<Diagnostic | undefined> {
  const { failure } = await probeBuild(tool, device);
  return failure.code === 'tensorrt-file-unseen' ? undefined : failure;
}

/**
 * Reads the GPU from trtexec's own device block, where nvidia-smi is not there.
 * Throws what stands in the way: no GPU, a driver that is too old.
 */
async function probeDevice(tool: TrtexecTool, device: number): Promise<TrtexecReport['device']> {
  const { device: found, failure } = await probeBuild(tool, device);
  if (found.computeCapability) return found;
  const reason = failure.message.replace(/\.$/, '');
  return fail('tensorrt-no-gpu', { reason }, { details: failure.details });
}

/** The GPU that CUDA calls `device`, seen through CUDA_VISIBLE_DEVICES (indices or UUIDs). */
export function selectGpu(
  gpus: readonly InstalledGpu[],
  device: number,
  visible: string | undefined,
): InstalledGpu | undefined {
  if (visible === undefined) return gpus.find(({ index }) => index === device);
  const name = visible.split(',')[device]?.trim();
  return name
    ? gpus.find(({ index, uuid }) => String(index) === name || uuid.startsWith(name))
    : undefined;
}

function gpuOf(installed: InstalledGpu): Gpu | undefined {
  const computeCapability = installed.computeCapability ?? findComputeCapability(installed.name);
  return computeCapability ? { name: installed.name, computeCapability } : undefined;
}

export interface InspectRequest extends FindRequest {
  readonly device: number;
  /** Is told at once what takes long. */
  readonly onNote?: ((note: Diagnostic) => void) | undefined;
}

/** Finds trtexec and its GPU. Throws the diagnostic of the first thing that is missing. */
export async function inspectMachine(request: InspectRequest): Promise<TensorrtMachine> {
  const tool = await requireTrtexec(request);
  // nvidia-smi is asked with patience for a program that is there: an image has to be pulled by then.
  const version = await probeRelease(tool, request.onNote);
  const smi = await findNvidiaSmi(tool, request.env);
  const { device, env } = request;
  const installed = smi && selectGpu(smi.gpus, device, env.CUDA_VISIBLE_DEVICES);
  const known = installed && gpuOf(installed);
  const block = known ? undefined : await probeDevice(tool, device);
  const gpu = known ?? {
    name: block?.name ?? 'unknown GPU',
    computeCapability: block?.computeCapability ?? '',
  };
  const cuda = smi && (await readCudaVersion(smi.command));
  const notes = smi
    ? []
    : [createDiagnostic('nvidia-smi-missing', { reason: 'not found, or it lists no GPU' })];
  return {
    tool,
    ...version,
    system: `${process.platform}-${process.arch}`,
    gpu,
    ...(installed ? { installed } : {}),
    ...(cuda ? { cuda } : {}),
    ...(smi ? { nvidiaSmi: smi.command } : {}),
    notes,
  };
}
