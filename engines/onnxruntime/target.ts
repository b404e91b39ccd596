import type { OptionRow } from '../option-row.ts';
import type { Target, TargetDefinition } from '../target.ts';

export interface OnnxruntimeTargetOptions {
  /** Absent: the fastest count. */
  readonly threads?: number | undefined;
}

const options: readonly OptionRow<keyof OnnxruntimeTargetOptions>[] = [
  {
    key: 'threads',
    flags: '--threads <N>',
    default: 'the fastest',
    doc: 'Threads of the embedded engine.',
    read: Number,
  },
];

/** The embedded engine: onnxruntime on the processor of this machine. */
export const onnxruntimeTarget: TargetDefinition<OnnxruntimeTargetOptions, 'onnxruntime'> = {
  name: 'onnxruntime',
  title: 'ONNX Runtime',
  ownFiles: [/^model\.ort\.onnx$/],
  options,
  async read(texts) {
    if (Object.keys(texts).length === 0) return {};
    const [z, { readOptions }] = await Promise.all([import('zod'), import('../read-options.ts')]);
    const schema = z.strictObject({ threads: z.int().min(1).max(1024).optional() });
    return readOptions(schema, options, texts);
  },
  async choose({ threads }, { precision }): Promise<Target> {
    const { createOnnxruntimeEngine } = await import('./engine.ts');
    const { requireProcessorPrecision } = await import('../gpu-precision.ts');
    requireProcessorPrecision(precision, 'the embedded engine');
    return {
      name: this.name,
      reason: 'onnxruntime on this processor',
      precision,
      form: { precision },
      batches: 'any',
      layers: 'graph',
      float16: 'widened',
      minIterations: 5,
      engine: createOnnxruntimeEngine({ threads, precision }),
    };
  },
  async doctor() {
    return (await import('./doctor.ts')).onnxruntimeDoctor();
  },
  async check(facts, { path }) {
    const { checkOnnxruntimeEngine } = await import('./check-engine.ts');
    const { onnxruntimeFacts } = await import('./facts.ts');
    const { readFacts } = await import('../read-facts.ts');
    return { checks: await checkOnnxruntimeEngine(readFacts(onnxruntimeFacts, facts, path)) };
  },
  async serve(request) {
    return (await import('./serve-model.ts')).serveModel(request);
  },
};
