import { readRange } from '../../../tensors/byte-range.ts';
import type { ByteSource } from '../../../tensors/byte-source.ts';
import { fieldsOf, parseJson } from '../json-fields.ts';
import { NoNames } from './static-names.ts';

export interface StaticParameter {
  /** In the program: `conv2d_10.w_0`. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** An operation; values are numbered. */
export interface StaticOperation {
  /** Paddle's name, without its dialect: `conv2d`. */
  readonly type: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A program of Paddle 3 (PIR), as much of it as names need. */
export interface StaticProgram {
  readonly parameters: ReadonlyMap<number, StaticParameter>;
  readonly operations: readonly StaticOperation[];
}

/** ResNet-200's has 700 kB. */
const maxProgramBytes = 33_554_432;

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function valuesOf(list: unknown): readonly number[] {
  return listOf(list).map((value) => Number(fieldsOf(value)['%']));
}

/** `{"%": 1, "TT": {"D": [type, [sizes], …]}}`. */
function shapeOf(output: unknown): readonly number[] {
  const { D: type } = fieldsOf(fieldsOf(fieldsOf(output).TT));
  return listOf(listOf(type)[1]).map(Number);
}

function operationsIn(program: unknown): readonly unknown[] {
  const [region] = listOf(fieldsOf(program).regions);
  const [block] = listOf(fieldsOf(region).blocks);
  return listOf(fieldsOf(block).ops);
}

/** The program in a `.json` that paddle.jit.save of Paddle 3 writes. Throws NoNames where it is none. */
export async function readProgram(source: ByteSource): Promise<StaticProgram> {
  if (source.sizeBytes > maxProgramBytes) throw new NoNames(`it has ${source.sizeBytes} bytes`);
  const { program } = fieldsOf(parseJson(await readRange(source, 0, source.sizeBytes)));
  const parameters = new Map<number, StaticParameter>();
  const operations: StaticOperation[] = [];
  for (const operation of operationsIn(program).map(fieldsOf)) {
    const { '#': type, A: attributes, I: inputs, O: outputs } = operation;
    const name = listOf(attributes).at(-1);
    if (type === 'p' && typeof name === 'string') {
      parameters.set(Number(fieldsOf(outputs)['%']), { name, shape: shapeOf(outputs) });
    } else {
      const plain = String(type).replace(/^\d+\./, '');
      operations.push({ type: plain, inputs: valuesOf(inputs), outputs: valuesOf(outputs) });
    }
  }
  if (parameters.size === 0) throw new NoNames('it is no program of Paddle 3');
  return { parameters, operations };
}
