import { firstLines } from '../../src/diagnostics/bounds.ts';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { printable } from '../../src/diagnostics/printable.ts';
import { type DataType, elementCount } from '../ir/types.ts';
import { asFloat32 } from '../tensors/as-float32.ts';
import { firstNotFinite } from '../tensors/finite.ts';
import { bytesOf, float32View } from '../tensors/float-bytes.ts';
import { readAll, type TensorSource, watchRows, wholeTensor } from '../tensors/tensor-source.ts';
import type { ParameterRole } from './parameter-slot.ts';

/** A parameter as its file has it. */
export interface StoredParameter {
  readonly source: TensorSource;
  readonly role: ParameterRole;
  /** Its name in the file. */
  readonly tensor: string;
  /** Whether it is a linear weight stored as [inputs, outputs]. */
  readonly transposed: boolean;
}

/** What no trained parameter holds. */
interface BadValue {
  readonly tensor: string;
  readonly kind: 'notFinite' | 'negativeVariance';
  readonly value: number;
  /** Of the element, in the order of the file. */
  readonly index: number;
}

/** `start` is where the values stand in the tensor. */
function findBadValue(
  values: Float32Array,
  start: number,
  { role, tensor }: StoredParameter,
): BadValue | undefined {
  const found = (kind: BadValue['kind'], at: number): BadValue | undefined =>
    at < 0 ? undefined : { tensor, kind, value: values[at] as number, index: start + at };
  return (
    found('notFinite', firstNotFinite(values)) ??
    (role === 'bn.var'
      ? found(
          'negativeVariance',
          values.findIndex((value) => value < 0),
        )
      : undefined)
  );
}

/** The first bad value of a tensor, which is read up to there. */
async function searchTensor(parameter: StoredParameter): Promise<BadValue | undefined> {
  let start = 0;
  for await (const rows of asFloat32(parameter.source).rows()) {
    const values = float32View(rows);
    const bad = findBadValue(values, start, parameter);
    if (bad) return bad;
    start += values.length;
  }
  return undefined;
}

/** Tensors that are named; the count of all stands in the message. */
const mostNamed = 8;

const kinds = {
  notFinite: { code: 'weights-not-finite', say: 'holds' },
  negativeVariance: { code: 'weights-negative-variance', say: 'is a variance and holds' },
} as const;

/** One tensor stands in the message. */
function detailsOf(lines: readonly string[]): { details?: readonly string[] } {
  return lines.length > 1 ? { details: firstLines(lines, mostNamed) } : {};
}

/** Looks through all parameters of a file and names those that are as bad as the one that was met. */
async function failWithAll(
  file: string,
  all: readonly StoredParameter[],
  met: BadValue,
): Promise<never> {
  const found: BadValue[] = [];
  for (const parameter of all) {
    const bad = await searchTensor(parameter);
    if (bad) found.push(bad);
  }
  // A file that somebody writes meanwhile may be sound by now.
  const [{ kind, tensor, value, index } = met, ...others] = found;
  const lines = found.map(
    (bad) => `${printable(bad.tensor)} ${kinds[bad.kind].say} ${bad.value} (element ${bad.index})`,
  );
  return fail(
    kinds[kind].code,
    { file, tensor, value: String(value), index, others: others.length },
    detailsOf(lines),
  );
}

/** [rows, columns] → [columns, rows], in float32. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let column = 0; column < columns; column++) {
    const start = column * rows;
    for (let row = 0; row < rows; row++)
      result[start + row] = values[row * columns + column] as number;
  }
  return result;
}

/** A float32 matrix turned around; it is read whole. */
export function transposedSource(source: TensorSource): TensorSource {
  const [rows = 0, columns = 0] = source.shape;
  return wholeTensor('float32', [columns, rows], async () =>
    bytesOf(transpose(float32View(await readAll(source)), rows, columns)),
  );
}

const floatTypes: ReadonlySet<DataType> = new Set(['float16', 'bfloat16', 'float32', 'float64']);

/** DiagnosticError where numbers that are no real ones stand for parameters: integers are nothing without their scale. */
function checkTypes(file: string, all: readonly StoredParameter[]): void {
  const integers = all.filter(({ source }) => !floatTypes.has(source.dataType));
  const [first, ...others] = integers;
  if (!first) return;
  const lines = integers.map(({ tensor, source }) => `${printable(tensor)} is ${source.dataType}`);
  fail(
    'weights-integers',
    { file, tensor: first.tensor, type: first.source.dataType, others: others.length },
    detailsOf(lines),
  );
}

/**
 * The parameters of a file as the graph wants them: float32, linear weights as [outputs, inputs], and looked at as they are read: DiagnosticError where a
 * value is NaN or infinite or a variance is negative, which names all tensors of the file that are so. DiagnosticError at once where one is no float.
 */
export function parameterSources(
  file: string,
  all: readonly StoredParameter[],
): readonly TensorSource[] {
  checkTypes(file, all);
  return all.map((parameter) => {
    const { source, transposed } = parameter;
    const rowLength = elementCount(source.shape.slice(1));
    const checked = watchRows(asFloat32(source), (rows, first) => {
      const met = findBadValue(float32View(rows), first * rowLength, parameter);
      return met && failWithAll(file, all, met);
    });
    return transposed ? transposedSource(checked) : checked;
  });
}
