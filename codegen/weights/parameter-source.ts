import { fail } from '../../src/diagnostics/diagnostic.ts';
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

function checkValues(values: Float32Array, role: ParameterRole, label: TensorLabel): void {
  if (!isFinite32(values)) {
    const index = values.findIndex((value) => !Number.isFinite(value));
    fail('weights-not-finite', { ...label, value: String(values[index]), index });
  }
  if (role !== 'bn.var') return;
  const index = values.findIndex((value) => value < 0);
  if (index >= 0) fail('weights-negative-variance', { ...label, value: values[index] ?? 0, index });
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
  const float32 = asFloat32(source);
  const [rows = 0, columns = 0] = source.shape;
  const readValues = async (check: boolean): Promise<Uint8Array> => {
    const values = float32View(await float32.read());
    if (check) checkValues(values, role, label);
    if (!transposed) return bytesOf(values);
    const turned = transpose(values, rows, columns);
    giveBack(bytesOf(values));
    return bytesOf(turned);
  };
  return {
    dataType: 'float32',
    shape: transposed ? [columns, rows] : source.shape,
    read: () => readValues(true),
    readUnchecked: () => readValues(false),
  };
}
