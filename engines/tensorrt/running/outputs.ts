import * as z from 'zod';
import { type DataType, type Dim, elementCount } from '../../../codegen/ir/types.ts';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { parseRepaired } from '../../../src/io/lenient-json.ts';
import { readTextIfThere } from '../../../src/io/open-file.ts';
import { checkForm } from '../../../src/io/outside-json.ts';
import type { Tensor } from '../../engine.ts';
import type { TensorFacts } from '../../model-facts.ts';

/** Infinity is no number to zod, and null stands for what trtexec wrote as nan. */
const value = z.custom<number | null>((given) => given === null || typeof given === 'number');

const outputsSchema = z.array(
  z.object({
    name: z.string(),
    dimensions: z.string().regex(/^(?:\d{1,15}(?:x\d{1,15})*)?$/),
    values: z.array(value),
  }),
);

type WrittenOutput = z.output<typeof outputsSchema>[number];

interface IntegerForm {
  /** Numbers lie below half of this and not below minus half of it. */
  readonly count: number;
  array(values: readonly number[]): ArrayBufferView;
}

const integerForms: Readonly<Partial<Record<DataType, IntegerForm>>> = {
  int32: { count: 2 ** 32, array: (values) => Int32Array.from(values) },
  int64: { count: 2 ** 64, array: (values) => BigInt64Array.from(values.map(BigInt)) },
};

function isIn({ count }: IntegerForm, value: number): boolean {
  return Number.isInteger(value) && value >= -count / 2 && value < count / 2;
}

/** trtexec writes decimals of six digits; float types all come back as float32. */
function tensorOf(
  { name, dataType }: TensorFacts,
  values: readonly number[],
  shape: readonly number[],
): Tensor | { readonly wrong: string } {
  const form = integerForms[dataType];
  const foreign = form && values.find((value) => !isIn(form, value));
  if (foreign !== undefined)
    return { wrong: `the output '${name}' is ${dataType} and holds ${foreign}` };
  const { buffer } = form ? form.array(values) : Float32Array.from(values);
  return {
    dataType: form ? dataType : 'float32',
    shape,
    bytes: new Uint8Array(buffer as ArrayBuffer),
  };
}

function fits(shape: readonly number[], declared: readonly Dim[]): boolean {
  return (
    shape.length === declared.length &&
    declared.every((size, axis) => typeof size === 'string' || size === shape[axis])
  );
}

/** An output of the graph as it was written, or what is wrong with it. */
function readOutput(
  facts: TensorFacts,
  written: readonly WrittenOutput[],
): Tensor | { readonly wrong: string } {
  const { name } = facts;
  const found = written.find((output) => output.name === name);
  if (!found) return { wrong: `the output '${name}' is missing` };
  const shape = found.dimensions.split('x').filter(Boolean).map(Number);
  if (!fits(shape, facts.shape))
    return {
      wrong: `the output '${name}' has the shape ${found.dimensions}, the graph's is ${facts.shape.join('x')}`,
    };
  if (elementCount(shape) !== found.values.length)
    return { wrong: `the output '${name}' is not whole` };
  return tensorOf(
    facts,
    found.values.map((number) => number ?? Number.NaN),
    shape,
  );
}

/**
 * Reads the file of `--exportOutput`: `[{ "name": "y", "dimensions": "1x1000", "values": […] }]`. inf and nan are taken in float outputs.
 * Throws `tensorrt-output-unreadable` where an output of the graph is missing, of another shape, not whole, or holds what its type cannot.
 */
export async function readOutputs(
  path: string,
  outputs: readonly TensorFacts[],
  log: string,
): Promise<Record<string, Tensor>> {
  const refuse = (reason: string) => fail('tensorrt-output-unreadable', { path, reason, log });
  const text = (await readTextIfThere(path, 'outputs')) ?? refuse('it was not written');
  const written = checkForm(outputsSchema, parseRepaired(text)?.value);
  if (written.problem) return refuse('it is no list of outputs');
  const entries = outputs.map((facts) => {
    const read = readOutput(facts, written.value);
    return 'wrong' in read ? refuse(read.wrong) : ([facts.name, read] as const);
  });
  return Object.fromEntries(entries);
}
