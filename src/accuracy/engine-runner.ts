import { classOutputOf } from '../../codegen/architecture/output-names.ts';
import type { InputForm } from '../../codegen/passes/adapt-input.ts';
import type { LoadedEngine, Precision, Tensor } from '../../engines/engine.ts';
import { numbersOf } from '../../engines/tensor-values.ts';
import { append } from '../collections/append.ts';
import { ownValue } from '../collections/own-value.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { createInputPacker } from '../images/input-forms.ts';
import type { Raster } from '../images/raster.ts';
import type { InputSize, Preprocess } from '../language/spec.ts';

/** Gives the logits of prepared pictures. */
export interface EngineRunner {
  /** Pictures that are best given at once; undefined: any number. */
  readonly batch: number | undefined;
  run(rasters: readonly Raster[], signal?: AbortSignal): Promise<readonly Float64Array[]>;
}

export interface RunnerOptions {
  /** What the engine reads. */
  readonly inputForm: InputForm;
  readonly precision: Precision;
  readonly preprocess: Preprocess;
  /** Size of a picture as the network sees it. */
  readonly input: InputSize;
  readonly classes: number;
}

/** What an engine is asked, and how many of its answers are wanted. */
export interface LogitsRequest {
  readonly inputName: string;
  /** [batch, …] */
  readonly tensor: Tensor;
  /** A fixed batch may be larger. */
  readonly count: number;
  readonly precision: Precision;
  readonly classes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs one batch and gives the logits of each picture. Throws DiagnosticError `eval-classes` where they are not as many as classes. */
export async function runLogits(
  engine: LoadedEngine,
  { inputName, tensor, count, precision, classes, signal }: LogitsRequest,
): Promise<readonly Float64Array[]> {
  const answers = await engine.run({ [inputName]: tensor }, signal);
  const output = ownValue(answers, classOutputOf(engine.outputs)?.name ?? '');
  if (!output) throw new Error('the engine has no output');
  const numbers = numbersOf(output);
  const outputs = numbers.length / (tensor.shape[0] as number);
  if (outputs !== classes) fail('eval-classes', { precision, outputs, classes });
  return Array.from({ length: count }, (_, index) =>
    numbers.slice(index * classes, (index + 1) * classes),
  );
}

/** Pictures are brought into the form that the engine's input has. Throws DiagnosticError where it has none that pictures are given in. */
export function createEngineRunner(engine: LoadedEngine, options: RunnerOptions): EngineRunner {
  const [input] = engine.inputs;
  if (!input) throw new Error('the engine has no input');
  const { precision, preprocess, classes, inputForm } = options;
  const form = { inputForm, picture: options.input, preprocess, precision };
  const packer = createInputPacker(input, form);
  return {
    batch: packer.batch,
    async run(rasters, signal) {
      const size = packer.batch ?? rasters.length;
      const logits: Float64Array[] = [];
      for (let start = 0; start < rasters.length; start += size) {
        const part = rasters.slice(start, start + size);
        const tensor = packer.pack(part);
        const request = { inputName: packer.name, tensor, count: part.length, precision, classes };
        append(logits, await runLogits(engine, { ...request, signal }));
      }
      return logits;
    },
  };
}
