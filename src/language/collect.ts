import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/source.ts';

/** Most diagnostics of one file that are shown. */
const mostPerFile = 50;

/**
 * Diagnostics in order: those without a place, then file by file from top to bottom, at most 50 a file and then one
 * that counts the rest. Warnings of files that nobody asked for are left out.
 */
export function collectDiagnostics(
  diagnostics: readonly Diagnostic[],
  askedFor: ReadonlySet<SourceFile>,
): readonly Diagnostic[] {
  const files = new Set(diagnostics.flatMap(({ span }) => span?.file ?? []));
  const placeless = diagnostics.filter(({ span }) => !span);
  const placed = [...files].flatMap((file) => {
    const shown = diagnostics.filter(
      ({ severity, span }) => span?.file === file && (severity === 'error' || askedFor.has(file)),
    );
    return boundDiagnostics(file, shown.toSorted(byPlace));
  });
  return [...placeless, ...placed];
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (a.span?.start ?? 0) - (b.span?.start ?? 0);
}

function boundDiagnostics(file: SourceFile, sorted: readonly Diagnostic[]): readonly Diagnostic[] {
  const rest = sorted.slice(mostPerFile);
  if (rest.length === 0) return sorted;
  const { path } = file;
  const span = rest[0]?.span;
  const summary = createDiagnostic('too-many-mistakes', { path, count: rest.length }, { span });
  return [...sorted.slice(0, mostPerFile), summary];
}
