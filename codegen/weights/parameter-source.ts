import { fail } from '../../src/diagnostics/diagnostic.ts';
import { elementCount } from '../ir/types.ts';
import { asFloat32 } from './as-float32.ts';
import { giveBack, takeBytes } from './buffer-pool.ts';
import { bytesOf, float32View } from './float-bytes.ts';
import type { ParameterRole } from './parameter-slot.ts';
import type { TensorLabel } from './tensor-layout.ts';
import type { TensorSource } from './tensor-source.ts';

/** x × 0 is 0 for every finite x and NaN for the others; four sums keep the additions from waiting for each other. */
function isFinite32(values: Float32Array): boolean {
  const whole = values.length - (values.length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += (values[i] as number) * 0;
    b += (values[i + 1] as number) * 0;
    c += (values[i + 2] as number) * 0;
    d += (values[i + 3] as number) * 0;
  }
  for (let i = whole; i < values.length; i++) a += (values[i] as number) * 0;
  return a + b + c + d === 0;
}

/** `start` is where the values stand in the tensor. */
function checkValues(
  values: Float32Array,
  start: number,
  role: ParameterRole,
  label: TensorLabel,
): void {
  if (!isFinite32(values)) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    fail('weights-not-finite', { ...label, value: String(values[at]), index: start + at });
  }
  if (role !== 'bn.var') return;
  const at = values.findIndex((value) => value < 0);
  if (at < 0) return;
  fail('weights-negative-variance', { ...label, value: values[at] ?? 0, index: start + at });
}

function checkedSource(
  source: TensorSource,
  role: ParameterRole,
  label: TensorLabel,
): TensorSource {
  const rowLength = elementCount(source.shape.slice(1));
  const { readRows } = source;
  const checked = (bytes: Uint8Array, start: number): Uint8Array => {
    const values = float32View(bytes);
    checkValues(values, start, role, label);
    return bytesOf(values);
  };
  return {
    ...source,
    read: async () => checked(await source.read(), 0),
    ...(readRows && {
      readRows: async (first, count) => checked(await readRows(first, count), first * rowLength),
    }),
  };
}

/** [rows, columns] → [columns, rows], in float32. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = float32View(takeBytes(values.byteLength));
  for (let column = 0; column < columns; column++) {
    const start = column * rows;
    for (let row = 0; row < rows; row++)
      result[start + row] = values[row * columns + column] as number;
  }
  return result;
}

function transposedSource(source: TensorSource): TensorSource {
  const [rows = 0, columns = 0] = source.shape;
  return {
    dataType: 'float32',
    shape: [columns, rows],
    async read() {
      const values = float32View(await source.read());
      const turned = transpose(values, rows, columns);
      giveBack(bytesOf(values));
      return bytesOf(turned);
    },
  };
}

/**
 * A parameter as the graph wants it: float32, a linear weight stored as [inputs, outputs] turned around, and checked when
 * it is read: DiagnosticError where a value is NaN or infinite or a variance is negative.
 */
export function parameterSource(
  source: TensorSource,
  role: ParameterRole,
  label: TensorLabel,
  transposed: boolean,
): TensorSource {
  const unchecked = asFloat32(source);
  const checked = checkedSource(unchecked, role, label);
  return transposed ? transposedSource(checked) : { ...checked, unchecked };
}
