import { least } from '../../src/collections/extremes.ts';
import { defaultCacheDirectory } from '../../src/io/cache-directory.ts';
import { flagOf, type OptionRow } from '../option-row.ts';
import type { Target, TargetDefinition } from '../target.ts';
import { rowOf } from '../tensorrt/planning/option-rows.ts';
import type { BatchRange } from './options.ts';

export interface TensorrtRtxTargetOptions {
  /** GPUs of the engine, e.g. `7.5,8.6`. */
  readonly computeCapability?: string | undefined;
  /** Interpreter with the wheel; absent: RCC_PYTHON, then the environment that `rcc doctor --setup` made. */
  readonly python?: string | undefined;
  readonly profile?:
    | { readonly min: number; readonly opt: number; readonly max: number }
    | undefined;
  readonly tf32: boolean;
  readonly auxStreams: number;
  readonly timeoutS: number;
}

/** An option that TensorRT has too, with this compiler's own default. */
function shared(
  key: 'profile' | 'tf32' | 'auxStreams' | 'timeoutS',
  ownDefault: string,
): OptionRow {
  return { ...rowOf(key), default: ownDefault };
}

const computeCapability: OptionRow = {
  key: 'computeCapability',
  flags: '--compute-capability <LIST>',
  default: 'none; it has to be given',
  doc: 'GPUs that the engine is for, e.g. 7.5,8.6.',
};

const options: readonly OptionRow[] = [
  computeCapability,
  {
    key: 'python',
    flags: '--python <FILE>',
    default: 'RCC_PYTHON, then what rcc doctor --setup made',
    doc: 'Interpreter with the TensorRT-RTX wheel.',
  },
  shared('profile', '1:4:8'),
  shared('tf32', 'off: FP32 means FP32'),
  shared('auxStreams', '0: kernels run one after the other'),
  shared('timeoutS', '600'),
];

function batchesOf({ profile }: TensorrtRtxTargetOptions): { readonly batches?: BatchRange } {
  if (!profile) return {};
  const { min: smallest, opt: usual, max: largest } = profile;
  return { batches: { smallest, usual, largest } };
}

/** NVIDIA's TensorRT-RTX, ahead of time: builds for GPUs that need not be here, and runs nothing. */
export const tensorrtRtxTarget: TargetDefinition<TensorrtRtxTargetOptions, 'tensorrt-rtx'> = {
  name: 'tensorrt-rtx',
  title: 'TensorRT-RTX',
  keepsEngines: true,
  ownFiles: [/^model\.(?:rtx\.plan|ctx\.onnx)$/, /^tensorrt-rtx-build\.log$/],
  options,
  async read(texts) {
    const [z, { readOptions }, { profileSchema }, { optionDefaults }] = await Promise.all([
      import('zod'),
      import('../read-options.ts'),
      import('../tensorrt/planning/intent.ts'),
      import('./options.ts'),
    ]);
    const schema = z.strictObject({
      computeCapability: z.string().optional(),
      python: z.string().optional(),
      profile: profileSchema.optional(),
      tf32: z.boolean().default(optionDefaults.tf32),
      auxStreams: z.int().min(0).max(64).default(optionDefaults.auxStreams),
      timeoutS: z
        .number()
        .min(1)
        .max(604_800)
        .default(optionDefaults.timeoutMs / 1000),
    });
    return readOptions(schema, options, texts);
  },
  async choose(given, { precision, env, doing }): Promise<Target> {
    const [{ fail }, { parseComputeCapabilities }, { createTensorrtRtxEngine }] = await Promise.all(
      [
        import('../../src/diagnostics/diagnostic.ts'),
        import('./compute-capability.ts'),
        import('./engine.ts'),
      ],
    );
    if (doing !== undefined) fail('tensorrt-rtx-needs-gpu', { doing });
    if (given.computeCapability === undefined) {
      return fail('option-missing', { target: this.name, option: flagOf(computeCapability) });
    }
    const computeCapabilities = parseComputeCapabilities(given.computeCapability);
    const { requireGpuPrecision } = await import('../gpu-precision.ts');
    requireGpuPrecision(precision, computeCapabilities);
    const { requireTensorrtRtx } = await import('./probe.ts');
    const { tensorrtRtxForm } = await import('./graph-form.ts');
    const installation = await requireTensorrtRtx({
      env,
      cacheDirectory: defaultCacheDirectory(env),
      ...(given.python === undefined ? {} : { python: given.python }),
    });
    const { tf32, auxStreams, timeoutS } = given;
    const { plannedEngine } = await import('./planned-engine.ts');
    const building = {
      installation,
      computeCapabilities,
      tf32,
      auxStreams,
      timeoutMs: timeoutS * 1000,
      ...batchesOf(given),
    };
    return {
      name: this.name,
      reason: `tensorrt-rtx ${installation.version} for compute capability ${computeCapabilities.join(', ')}`,
      precision,
      form: tensorrtRtxForm(precision, least(computeCapabilities.map(Number))),
      batches: 'any',
      layers: 'engine',
      tf32: given.tf32,
      float16: 'computed',
      minIterations: 100,
      engine: createTensorrtRtxEngine(building),
      plannedEngine: (model) => plannedEngine(building, precision, model),
    };
  },
  async doctor({ env, options: { python }, signal }) {
    const { checkTensorrtRtx } = await import('./doctor.ts');
    return [
      await checkTensorrtRtx({ env, python, cacheDirectory: defaultCacheDirectory(env) }, signal),
    ];
  },
  async setUp({ env, options: { python }, signal, report, force }) {
    const { describeSetUp, setUpPackage } = await import('../python/setup.ts');
    const { tensorrtRtxPackage } = await import('./wheel.ts');
    const cacheDirectory = defaultCacheDirectory(env);
    const request = { env, cacheDirectory, python, signal, report, force };
    const found = await setUpPackage(tensorrtRtxPackage, request);
    return describeSetUp(tensorrtRtxPackage, found);
  },
  async check(facts, { env, path }) {
    const { checkTensorrtRtxEngine } = await import('./check-engine.ts');
    const { tensorrtRtxFacts } = await import('./facts.ts');
    const { readFacts } = await import('../read-facts.ts');
    return { checks: await checkTensorrtRtxEngine(readFacts(tensorrtRtxFacts, facts, path), env) };
  },
};
