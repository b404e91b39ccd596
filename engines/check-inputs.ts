import type { Value } from '../codegen/ir/graph.ts';
import type { Shape } from '../codegen/ir/types.ts';
import { ownValue } from '../src/collections/own-value.ts';
import { fail } from '../src/diagnostics/diagnostic.ts';
import type { Tensor, Tensors } from './engine.ts';

function fits(shape: readonly number[], declared: Shape): boolean {
  return (
    shape.length === declared.length &&
    declared.every((dim, axis) => dim === 'N' || dim === shape[axis])
  );
}

function problemOf(value: Value, tensor: Tensor | undefined): string | undefined {
  const { name, type } = value;
  if (!tensor) return `'${name}' is missing`;
  if (tensor.dataType !== type.dataType) {
    return `'${name}' is ${tensor.dataType}, the model takes ${type.dataType}`;
  }
  if (!fits(tensor.shape, type.shape)) {
    return `'${name}' has the shape [${tensor.shape.join(', ')}], the model takes [${type.shape.join(', ')}]`;
  }
  return undefined;
}

/** Throws DiagnosticError `engine-input-mismatch` where inputs are missing, unknown or of another type or shape. */
export function checkInputs(path: string, declared: readonly Value[], inputs: Tensors): void {
  const known = new Set(declared.map(({ name }) => name));
  const unknown = Object.keys(inputs).find((name) => !known.has(name));
  const problem =
    declared
      .map((value) => problemOf(value, ownValue(inputs, value.name)))
      .find((found) => found) ??
    (unknown === undefined ? undefined : `the model has no input '${unknown}'`);
  if (problem) fail('engine-input-mismatch', { path, problem });
}
