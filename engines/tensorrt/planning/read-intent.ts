import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../../src/diagnostics/diagnostic.ts';
import { type TensorrtIntent, tensorrtIntentSchema } from './intent.ts';
import { flagOf, rowOf } from './option-rows.ts';

/** Texts from a command line by key; true: given without a value. Absent keys take their default. */
export type OptionTexts = Readonly<
  Partial<Record<keyof TensorrtIntent, string | boolean | readonly string[]>>
>;

function readValue(
  key: keyof TensorrtIntent,
  given: string | boolean | readonly string[],
): unknown {
  const read = rowOf(key)?.read;
  return read && typeof given === 'string' ? read(given) : given;
}

/** The intent that a command line asks for. Throws one `tensorrt-option-value` for each value that cannot be. */
export function readTensorrtIntent(texts: OptionTexts): TensorrtIntent {
  const given = Object.entries(texts).filter(([, text]) => text !== undefined);
  const values = given.map(([key, text]) => [key, readValue(key as keyof TensorrtIntent, text)]);
  const result = tensorrtIntentSchema.safeParse(Object.fromEntries(values));
  if (result.success) return result.data;
  const mistakes = result.error.issues.map((issue): Diagnostic => {
    const [key] = issue.path;
    const text = String(texts[key as keyof TensorrtIntent] ?? '');
    return createDiagnostic('tensorrt-option-value', {
      flag: flagOf(key),
      text,
      reason: issue.message,
    });
  });
  throw new DiagnosticError(mistakes);
}
