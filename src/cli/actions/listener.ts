import type { CompileListener } from '../../compile/phases.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../../diagnostics/render.ts';
import type { CommandContext } from '../command.ts';

/** Shows a compilation's phases and notes as progress; notes are kept for the result. */
export function listenerFor(
  { progress, color }: CommandContext,
  notes: Diagnostic[],
): CompileListener {
  return {
    onStart: (phase) => progress.start(phase),
    onFinish: (phase, detail, elapsedMs) => progress.finish(phase, detail, elapsedMs),
    onProgress: (text) => progress.update(text),
    onNote(diagnostic) {
      notes.push(diagnostic);
      progress.note(renderDiagnostic(diagnostic, { color }));
    },
  };
}
