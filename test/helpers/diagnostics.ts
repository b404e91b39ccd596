import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';

/** The codes of the diagnostics that `work` throws; none where it goes well. */
export async function codesOfError(work: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map(({ code }) => code);
  }
}
