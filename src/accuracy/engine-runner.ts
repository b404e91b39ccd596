import type { LoadedEngine, Precision } from '../../engines/engine.ts';
import { numbersOf } from '../../engines/tensor-values.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { createInputPacker, type InputPacker } from '../images/input-forms.ts';
import type { Raster } from '../images/raster.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';

/** Gives the logits of prepared pictures. */
export interface EngineRunner {
  /** Pictures that are best given at once; undefined: any number. */
  readonly batch: number | undefined;
  run(rasters: readonly Raster[], signal?: AbortSignal): Promise<readonly Float64Array[]>;
}

export interface RunnerOptions {
  readonly precision: Precision;
  readonly preprocess: Preprocess;
  /** Size of a picture as the network sees it. */
  readonly input: InputSize;
  readonly classes: number;
}

async function runBatch(
  engine: LoadedEngine,
  packer: InputPacker,
  rasters: readonly Raster[],
  { precision, classes, signal }: RunnerOptions & { readonly signal?: AbortSignal | undefined },
): Promise<readonly Float64Array[]> {
  const packed = packer.pack(rasters);
  const outputs = await engine.run({ [packer.name]: packed }, signal);
  const [output] = Object.values(outputs);
  if (!output) throw new Error('the engine has no output');
  const numbers = numbersOf(output);
  const perImage = numbers.length / (packed.shape[0] as number);
  if (perImage !== classes) fail('eval-classes', { precision, outputs: perImage, classes });
  return rasters.map((_, index) => numbers.slice(index * classes, (index + 1) * classes));
}

/** Pictures are brought into the form that the engine's input has. Throws DiagnosticError where it has none that pictures are given in. */
export function createEngineRunner(engine: LoadedEngine, options: RunnerOptions): EngineRunner {
  const [input] = engine.inputs;
  if (!input) throw new Error('the engine has no input');
  const { precision, preprocess } = options;
  const packer = createInputPacker(input, { picture: options.input, preprocess, precision });
  return {
    batch: packer.batch,
    async run(rasters, signal) {
      const size = packer.batch ?? rasters.length;
      const logits: Float64Array[] = [];
      for (let start = 0; start < rasters.length; start += size) {
        const part = rasters.slice(start, start + size);
        logits.push(...(await runBatch(engine, packer, part, { ...options, signal })));
      }
      return logits;
    },
  };
}
