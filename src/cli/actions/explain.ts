import { createDiagnostic } from '../../diagnostics/diagnostic.ts';
import { explainCode, explanationOf } from '../../diagnostics/explain.ts';
import { isDiagnosticCode, messages } from '../../diagnostics/messages.ts';
import { findNearest } from '../../diagnostics/nearest.ts';
import { explainProperty, isPropertyName, propertyNames } from '../../language/explain.ts';
import type { CommandResult } from '../command.ts';

/** What a diagnostic code or a property of the language means. */
export function explain(name: string): CommandResult {
  if (isDiagnosticCode(name))
    return { text: explainCode(name), data: { kind: 'diagnostic', ...explanationOf(name) } };
  if (isPropertyName(name)) {
    const text = explainProperty(name);
    return { text, data: { kind: 'property', name, text } };
  }
  const nearest = findNearest(name, [...Object.keys(messages), ...propertyNames]);
  return { diagnostics: [createDiagnostic('unknown-name', { name, nearest })] };
}
