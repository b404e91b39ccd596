import { fail } from '../../src/diagnostics/diagnostic.ts';
import { findNearest } from '../../src/diagnostics/nearest.ts';

/** Compute capabilities that TensorRT-RTX 1.7 builds for, in rising order, with GPUs that have them. */
export const computeCapabilities = [
  { value: '7.5', gpus: 'T4, RTX 20' },
  { value: '8.0', gpus: 'A100, A30' },
  { value: '8.6', gpus: 'A10, RTX 30' },
  { value: '8.9', gpus: 'L4, L40, RTX 40' },
  { value: '12.0', gpus: 'RTX 50, RTX PRO Blackwell' },
  { value: '12.1', gpus: 'DGX Spark' },
] as const;

export type ComputeCapability = (typeof computeCapabilities)[number]['value'];

const values: readonly string[] = computeCapabilities.map(({ value }) => value);

function isComputeCapability(text: string): text is ComputeCapability {
  return values.includes(text);
}

/** `sm75`, `SM_75` and `75` are 7.5. */
function normalize(text: string): string {
  const digits = /^(?:sm_?)?(\d+)(\d)$/i.exec(text);
  return digits ? `${digits[1]}.${digits[2]}` : text;
}

/**
 * Reads a list such as `7.5,8.6`; the result is in rising order, each once. One engine serves them all with the kernels that the least of
 * them has. Throws DiagnosticError `compute-capability-unknown`.
 */
export function parseComputeCapabilities(text: string): readonly ComputeCapability[] {
  const words = text
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
    .map(normalize);
  const given = words.filter(isComputeCapability);
  const unknown =
    words.find((word) => !isComputeCapability(word)) ?? (words.length === 0 ? text : undefined);
  if (unknown !== undefined) {
    const nearest = findNearest(unknown, values);
    return fail('compute-capability-unknown', {
      text: unknown,
      known: values,
      ...(nearest === undefined ? {} : { nearest }),
    });
  }
  return computeCapabilities.map(({ value }) => value).filter((value) => given.includes(value));
}
