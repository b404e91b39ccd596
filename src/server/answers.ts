import type * as z from 'zod';
import { ownValue } from '../collections/own-value.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { printableUpTo } from '../diagnostics/printable.ts';
import { asFields } from '../io/outside-fields.ts';
import { problemText, readJson, readJsonAs } from '../io/outside-json.ts';
import { ask, type Connection, type ServerAnswer, type ServerRequest } from './connection.ts';

const longestReason = 300;

const textOf = ({ bytes }: Pick<ServerAnswer, 'bytes'>): string => new TextDecoder().decode(bytes);

/** The server's own words about what it did not do, without a full stop; undefined where the answer holds none. */
export function errorOf(answer: ServerAnswer): string | undefined {
  const error = ownValue(asFields(readJson(textOf(answer)).value) ?? {}, 'error');
  if (typeof error !== 'string') return undefined;
  // Triton names a request that nobody gave a name.
  const text = error.replace(/^\[request id: <id_unknown>\] /, '');
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ');
  return printableUpTo(longestReason, line).replace(/\.$/, '');
}

export const isGood = ({ status }: ServerAnswer): boolean => status >= 200 && status < 300;

/** What a server did not want to do, or could not. */
export interface Refusal {
  readonly status: number;
  /** The server's own words, without a full stop. */
  readonly reason: string;
}

/** The refusal that an answer is; undefined for a success. Throws DiagnosticError `server-answer` where it is neither. */
export function refusalIn(
  { address }: Connection,
  { what }: ServerRequest,
  answer: ServerAnswer,
): Refusal | undefined {
  if (isGood(answer)) return undefined;
  const { status } = answer;
  const reason = errorOf(answer);
  if (reason) return { status, reason };
  return fail('server-answer', {
    address,
    what,
    reason: `HTTP ${status} without an error in JSON`,
  });
}

/** Throws DiagnosticError for an answer that is no success: `server-refused`, or `server-answer` where it is not the protocol's. */
export function requireGood(
  connection: Connection,
  request: ServerRequest,
  answer: ServerAnswer,
): void {
  const refusal = refusalIn(connection, request, answer);
  const { address } = connection;
  if (refusal) fail('server-refused', { address, what: request.what, ...refusal });
}

/** JSON of an answer in a schema's form. Throws DiagnosticError `server-answer`. */
export function parseAnswer<T extends z.ZodType>(
  schema: T,
  bytes: Uint8Array,
  { address, what }: Pick<Connection, 'address'> & Pick<ServerRequest, 'what'>,
): z.output<T> {
  const { value, problem } = readJsonAs(schema, textOf({ bytes }));
  if (problem) fail('server-answer', { address, what, reason: problemText(problem) });
  return value as z.output<T>;
}

/** Asks for JSON. Throws DiagnosticError. */
export async function askJson<T extends z.ZodType>(
  connection: Connection,
  request: ServerRequest,
  schema: T,
): Promise<z.output<T>> {
  const answer = await ask(connection, request);
  requireGood(connection, request, answer);
  return parseAnswer(schema, answer.bytes, { ...connection, ...request });
}
