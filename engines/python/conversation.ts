import type { Writable } from 'node:stream';
import { runScript, type ScriptEvent, type ScriptRequest, type ScriptRun } from './script.ts';

/** What a script answers, or how it ended without one. */
export type Reply =
  | { readonly answer: ScriptEvent }
  | { readonly run: ScriptRun; readonly timedOut: boolean };

export interface AskOptions {
  /** The script is ended where it takes longer; default: it may take any time. */
  readonly timeoutMs?: number | undefined;
  /** An abort ends the script, and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Events that come before the answer. */
  readonly onEvent?: ((event: ScriptEvent) => void) | undefined;
}

/** A script that answers one request after another, each a line of JSON; it ends with its input. Close it. */
export interface Conversation {
  ask(request: Readonly<Record<string, unknown>>, options?: AskOptions): Promise<Reply>;
  /** Lets it end, and makes it where it does not. */
  close(): Promise<void>;
}

const graceMs = 1000;
/** Events that end a request; others tell how far it is. */
const answers: ReadonlySet<string> = new Set(['answer', 'failed']);

/** Starts a script that reads requests, an `id` in each, and answers with events `answer` or `failed` of that id. */
export function startConversation(
  request: Pick<ScriptRequest, 'python' | 'script' | 'args'>,
): Conversation {
  const stop = new AbortController();
  let stdin: Writable | undefined;
  let listen: ((event: ScriptEvent) => void) | undefined;
  let asked = 0;
  const ended = runScript({
    ...request,
    graceMs,
    signal: stop.signal,
    onStart: (pipe) => {
      stdin = pipe;
      // A script that is gone does not read: its end says so.
      pipe.on('error', () => {});
    },
    onEvent: (event) => listen?.(event),
  });

  function answerTo(id: number, onEvent: AskOptions['onEvent']): Promise<Reply> {
    return new Promise((resolve) => {
      listen = (event) => {
        if (!answers.has(event.event)) onEvent?.(event);
        else if (event.id === id) resolve({ answer: event });
      };
    });
  }

  async function untilEnd(timedOut: () => boolean): Promise<Reply> {
    return { run: await ended, timedOut: timedOut() };
  }

  return {
    async ask(fields, { timeoutMs, signal, onEvent } = {}) {
      signal?.throwIfAborted();
      asked += 1;
      let timedOut = false;
      const end = (): void => stop.abort();
      const late = (): void => {
        timedOut = true;
        end();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
      signal?.addEventListener('abort', end);
      try {
        const answer = answerTo(asked, onEvent);
        stdin?.write(`${JSON.stringify({ id: asked, ...fields })}\n`);
        const reply = await Promise.race([answer, untilEnd(() => timedOut)]);
        signal?.throwIfAborted();
        return reply;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        listen = undefined;
      }
    },
    async close() {
      stdin?.end();
      const timer = setTimeout(() => stop.abort(), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
