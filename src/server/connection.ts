/*
 * Requests to a server over HTTP: each bounded in time and in size, and every way in which one may fail told as what it is.
 */
import { fail } from '../diagnostics/diagnostic.ts';
import { reasonOf } from '../diagnostics/outside-data.ts';

/** A server, and how long it is waited for. */
export interface Connection {
  /** Without a slash at its end. */
  readonly address: string;
  /** For one request, from its first byte to the answer's last. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ServerRequest {
  /** Behind the address: `/v2/models/NAME`. */
  readonly path: string;
  /** Names the request in messages: `the metadata of 'digits'`. */
  readonly what: string;
  /** Absent: GET; else POST. */
  readonly body?: Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Far more than the logits of the largest batch. */
const mostAnswerBytes = 2 ** 28;

/** The address in one form. Throws DiagnosticError `server-address`. */
export function parseAddress(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isHttp = url && ['http:', 'https:'].includes(url.protocol);
  if (!isHttp || url.search !== '' || url.hash !== '') return fail('server-address', { given });
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

const causes: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'the name is unknown'],
  ['EAI_AGAIN', 'the name cannot be looked up'],
  ['ECONNRESET', 'the connection was cut'],
  ['UND_ERR_SOCKET', 'the connection was cut'],
]);

/** What lies behind the `fetch failed` of Node's fetch. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code } = cause as { readonly code?: unknown };
  return causes.get(String(code)) ?? reasonOf(cause);
}

/** Work that ends with the signal, or after so long. `late`: what is thrown then. */
async function withDeadline<T>(
  { timeoutMs, signal }: Connection,
  late: () => never,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await work(controller.signal);
  } catch (error) {
    signal?.throwIfAborted();
    return controller.signal.aborted ? late() : Promise.reject(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

async function readBody(response: Response, refuse: (reason: string) => never) {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response.body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > mostAnswerBytes) refuse(`it has more than ${mostAnswerBytes} bytes`);
    parts.push(part);
  }
  // What is read of it must not begin at an odd place of a shared buffer.
  return parts.length === 1 ? (parts[0] as Uint8Array) : Uint8Array.from(Buffer.concat(parts));
}

/**
 * One request and its whole answer, whatever its status. Throws DiagnosticError `server-unreachable`, `server-slow`, or `server-answer` where the answer
 * is cut short. An aborted signal throws its reason.
 */
export async function ask(connection: Connection, request: ServerRequest): Promise<ServerAnswer> {
  const { address, timeoutMs } = connection;
  const { path, what, body, headers } = request;
  const late = (): never => fail('server-slow', { address, what, timeoutMs });
  return await withDeadline(connection, late, async (signal) => {
    const response = await fetch(`${address}${path}`, {
      method: body ? 'POST' : 'GET',
      // Packed answers would cost both sides time.
      headers: { 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal,
      ...(body ? { body } : {}),
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      return fail('server-unreachable', { address, reason: causeOf(error) });
    });
    const refuse = (reason: string): never => fail('server-answer', { address, what, reason });
    const bytes = await readBody(response, refuse).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof TypeError) refuse('it was cut short');
      throw error;
    });
    return { status: response.status, headers: response.headers, bytes };
  });
}
