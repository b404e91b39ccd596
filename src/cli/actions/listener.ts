import type { CompileListener } from '../../compile/phases.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../../diagnostics/render.ts';
import type { CommandContext } from '../command.ts';

/** Shows a compilation's phases and notes as progress; each note is shown, and kept for the result, once. */
export function listenerFor(
  { progress, rendering }: CommandContext,
  notes: Diagnostic[],
): CompileListener {
  const shown = new Set<string>();
  const hints = new Set<string>();
  return {
    onStart: (phase) => progress.start(phase),
    onFinish: (phase, detail, elapsedMs) => progress.finish(phase, detail, elapsedMs),
    onProgress: (text) => progress.update(text),
    onNote(diagnostic) {
      const text = renderDiagnostic(diagnostic, rendering);
      // Several precisions of a model have the same to say.
      if (shown.has(text)) return;
      shown.add(text);
      notes.push(diagnostic);
      const { hint: _, ...bare } = diagnostic;
      const isRepeated = diagnostic.hint !== undefined && hints.has(diagnostic.hint);
      if (diagnostic.hint !== undefined) hints.add(diagnostic.hint);
      progress.note(isRepeated ? renderDiagnostic(bare, rendering) : text);
    },
  };
}
