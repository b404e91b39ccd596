/*
 * Every JSON that rcc did not make in this run is read here: what a library says of a text that is none, or of another form, becomes words for a message.
 */
import type * as z from 'zod';
import { reasonOf } from '../diagnostics/outside-data.ts';

/** Why a text is not what it should be: the place in it, where there is one, and a reason without a full stop. */
export interface JsonProblem {
  readonly place: string;
  readonly reason: string;
}

export type JsonReading<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: JsonProblem };

/** A text as JSON. Never throws. */
export function readJson(text: string): JsonReading<unknown> {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: { place: '', reason: `no JSON (${reasonOf(error)})` } };
  }
}

/** A value in a schema's form; the first place that does not fit. Never throws. */
export function checkForm<T extends z.ZodType>(
  schema: T,
  value: unknown,
): JsonReading<z.output<T>> {
  const { data, error } = schema.safeParse(value);
  if (!error) return { value: data as z.output<T> };
  const [issue] = error.issues;
  const place = issue?.path.join('.') ?? '';
  return {
    problem: { place, reason: issue?.message.replace(/^Invalid input: /, '') ?? 'it does not fit' },
  };
}

/** A text as JSON in a schema's form. Never throws. */
export function readJsonAs<T extends z.ZodType>(schema: T, text: string): JsonReading<z.output<T>> {
  const json = readJson(text);
  return json.problem ? json : checkForm(schema, json.value);
}

/** `rows.0.batch: expected number`, or the reason alone. */
export function problemText({ place, reason }: JsonProblem): string {
  return place ? `${place}: ${reason}` : reason;
}
