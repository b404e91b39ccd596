import * as z from 'zod';
import type { DataType } from '../../codegen/ir/types.ts';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { readText } from '../../src/io/open-file.ts';
import type { Tensor } from '../engine.ts';
import type { TensorFacts } from './model-facts.ts';

/** Infinity is no number to zod, and null stands for what trtexec wrote as nan. */
const value = z.custom<number | null>((given) => given === null || typeof given === 'number');

const outputsSchema = z.array(
  z.object({ name: z.string(), dimensions: z.string(), values: z.array(value) }),
);

/** trtexec writes decimals of six digits; float types all come back as float32. */
const arrays: Readonly<Partial<Record<DataType, (values: readonly number[]) => ArrayBufferView>>> =
  {
    int32: (values) => Int32Array.from(values),
    int64: (values) => BigInt64Array.from(values.map(BigInt)),
  };

function tensorOf(values: readonly number[], shape: readonly number[], declared: DataType): Tensor {
  const typed = arrays[declared];
  const { buffer } = typed ? typed(values) : Float32Array.from(values);
  const dataType = typed ? declared : 'float32';
  return { dataType, shape, bytes: new Uint8Array(buffer as ArrayBuffer) };
}

function parseOutputs(text: string): z.infer<typeof outputsSchema> {
  // inf and nan stand in the file as they are; names are not escaped, but those of a graph hold nothing to escape.
  const strict = text.replaceAll(/(?<=[[,]\s*)(-?)(inf|nan)(?=\s*[,\]])/g, (_, sign, word) =>
    word === 'inf' ? `${sign}1e999` : 'null',
  );
  return outputsSchema.parse(JSON.parse(strict));
}

/**
 * Reads the file of `--exportOutput`: `[{ "name": "y", "dimensions": "1x1000", "values": […] }]`. inf and nan are taken too.
 * Throws `tensorrt-output-unreadable` where an output of the graph is missing or has another number of values than its shape.
 */
export async function readOutputs(
  path: string,
  outputs: readonly TensorFacts[],
  log: string,
): Promise<Record<string, Tensor>> {
  const refuse = (reason: string) => fail('tensorrt-output-unreadable', { path, reason, log });
  const text = await readText(path, 'outputs').catch(() => refuse('it was not written'));
  let written: z.infer<typeof outputsSchema>;
  try {
    written = parseOutputs(text);
  } catch {
    return refuse('it is no list of outputs');
  }
  const entries = outputs.map(({ name, dataType }) => {
    const found = written.find((output) => output.name === name);
    if (!found) return refuse(`the output '${name}' is missing`);
    const values = found.values.map((number) => number ?? Number.NaN);
    const shape = found.dimensions.split('x').map(Number);
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== values.length) return refuse(`the output '${name}' is not whole`);
    return [name, tensorOf(values, shape, dataType)] as const;
  });
  return Object.fromEntries(entries);
}
