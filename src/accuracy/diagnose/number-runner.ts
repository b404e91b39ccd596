import { referencePrecision } from '../../../codegen/precisions.ts';
import { bytesOf } from '../../../codegen/tensors/float-bytes.ts';
import type { LoadedEngine } from '../../../engines/engine.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { InputSize } from '../../language/spec.ts';
import { runLogits } from '../engine-runner.ts';

/** Asks an engine about numbers that are made already. */
export interface NumberRunner {
  /** How many it takes at once. */
  readonly batch: number;
  run(numbers: readonly Float32Array[], signal?: AbortSignal): Promise<readonly Float64Array[]>;
}

const defaultBatch = 8;

/** For an engine that reads float32 [N, C, H, W]. Throws DiagnosticError `image-input-form` for another. */
export function createNumberRunner(
  engine: LoadedEngine,
  {
    input: { channels, height, width },
    classes,
  }: {
    readonly input: InputSize;
    readonly classes: number;
  },
): NumberRunner {
  const [input] = engine.inputs;
  if (!input) throw new Error('the engine has no input');
  const { dataType, shape } = input.type;
  const sizes = [channels, height, width];
  const [first, ...rest] = shape;
  const isNumbers = dataType === 'float32' && rest.every((size, axis) => size === sizes[axis]);
  if (!isNumbers || rest.length !== 3) {
    const found = `${dataType} [${shape.join(', ')}]`;
    const hint =
      'Compile with --fp32 and without --input: numbers other than pixels must be tried.';
    const facts = { precision: referencePrecision, input: found, form: 'float32' };
    fail('image-input-form', facts, { hint });
  }
  const fixed = typeof first === 'number' ? first : undefined;
  const area = channels * height * width;
  return {
    batch: fixed ?? defaultBatch,
    async run(numbers, signal) {
      const count = fixed ?? numbers.length;
      const packed = new Float32Array(count * area);
      for (const [index, each] of numbers.entries()) packed.set(each, index * area);
      const tensor = { dataType, shape: [count, ...sizes], bytes: bytesOf(packed) };
      const request = { inputName: input.name, tensor, count: numbers.length, classes };
      return await runLogits(engine, { ...request, precision: referencePrecision, signal });
    },
  };
}
