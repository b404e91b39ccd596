import { expect } from 'vitest';
import { type Diagnostic, DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';

/** The diagnostics that a promise is rejected with; their only code is the one expected. */
export async function codesOf(
  promise: Promise<unknown>,
  code: string,
): Promise<readonly Diagnostic[]> {
  const error = await promise.then(
    () => new Error('nothing was wrong'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DiagnosticError)) throw error;
  expect(error.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  return error.diagnostics;
}
