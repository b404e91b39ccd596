import { DiagnosticError, fail } from '../../src/diagnostics/diagnostic.ts';
import { bfloat16Features, describeProcessor, type Processor } from '../processor.ts';
import type { Installation } from '../python/installation.ts';
import { publishedBatches, type Target, type TargetRequest } from '../target.ts';
import { createOpenvinoEngine } from './engine.ts';
import { findSetUp, pythonRequest, requireOpenvino } from './find.ts';
import type { RunOptions } from './options.ts';
import { plannedEngine } from './planned-engine.ts';
import { computesIn, openvinoPrecision } from './precisions.ts';

export interface OpenvinoTargetOptions extends RunOptions {
  /** Interpreter with the package; absent: RCC_PYTHON, then the environment that `rcc doctor --setup` made. */
  readonly python?: string | undefined;
  readonly timeoutS: number;
}

/** Throws DiagnosticError `openvino-precision-lacking` where the processor is known to have no instructions for the precision. */
export function requireInstructions(
  { precision }: Pick<TargetRequest, 'precision'>,
  processor: Pick<Processor, 'name' | 'hasBfloat16'>,
): void {
  if (computesIn(processor, precision)) return;
  const needed = bfloat16Features.slice(0, -1).join(', ');
  fail('openvino-precision-lacking', { precision, processor: processor.name, needed });
}

async function targetWith(
  installation: Installation,
  { timeoutS, python: _, ...run }: OpenvinoTargetOptions,
  { precision, batches = publishedBatches }: TargetRequest,
  why: string,
): Promise<Target> {
  const processor = await describeProcessor();
  requireInstructions({ precision }, processor);
  const timeoutMs = timeoutS * 1000;
  const options = { ...run, installation, processor, precision, batches, timeoutMs };
  return {
    name: 'openvino',
    reason: `openvino ${installation.version} on ${processor.name}, ${why}`,
    precision,
    form: openvinoPrecision(precision).form,
    batches,
    layers: 'engine',
    tf32: false,
    float16: 'widened',
    minIterations: 5,
    engine: createOpenvinoEngine(options),
    plannedEngine: (model) => plannedEngine(options, model),
  };
}

/** OpenVINO as asked for. Throws DiagnosticError where it is missing, or the processor does not compute in the precision. */
export async function chooseOpenvino(
  options: OpenvinoTargetOptions,
  request: TargetRequest,
): Promise<Target> {
  const installation = await requireOpenvino(pythonRequest(request.env, options.python), request);
  return await targetWith(installation, options, request, 'as asked for');
}

/** OpenVINO where it is set up and computes in the precision, else why not; nothing where the environment says RCC_OPENVINO=off. */
export async function findOpenvino(
  options: OpenvinoTargetOptions,
  request: TargetRequest,
): Promise<Target | string | undefined> {
  if (request.env.RCC_OPENVINO === 'off') return undefined;
  try {
    const installation = await findSetUp(pythonRequest(request.env, options.python), request);
    if (!installation) return 'OpenVINO is not set up (rcc doctor --setup openvino)';
    return await targetWith(installation, options, request, 'found here');
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics[0]?.message ?? 'OpenVINO cannot be used';
  }
}
