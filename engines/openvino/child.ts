import type * as z from 'zod';
import { createDiagnostic, DiagnosticError, fail } from '../../src/diagnostics/diagnostic.ts';
import { endingText } from '../process.ts';
import { type Conversation, type Reply, startConversation } from '../python/conversation.ts';
import { absenceOf, failMissing } from '../python/probe.ts';
import { eventText, type ScriptEvent } from '../python/script.ts';
import type { OpenvinoOptions } from './options.ts';
import { openvinoPackage } from './package.ts';

/** A request to our script. */
export interface Asking<T> {
  /** Completes "OpenVINO failed while …". */
  readonly doing: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly answer: z.ZodType<T>;
  readonly signal?: AbortSignal | undefined;
  /** What may be longer than the limit of a request by itself: a timing. */
  readonly extraMs?: number | undefined;
  readonly onPhase?: ((name: string) => void) | undefined;
}

/** A process that computes with OpenVINO. Close it. */
export interface Child {
  /** Throws DiagnosticError where it fails, ends, takes too long, or answers what nobody can read. */
  ask<T>(asking: Asking<T>): Promise<T>;
  close(): Promise<void>;
}

/** The last line that an exception of OpenVINO's has: what went wrong, behind the places in its own source. */
function clauseOf(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const told = lines.filter(
    (line) => line !== '' && !/^Exception from |^Check '.*failed at/.test(line),
  );
  return (told.at(-1) ?? lines[0] ?? '').replace(/\.$/, '').slice(0, 300) || 'it gave no reason';
}

function failed(doing: string, { reason, errno, path }: ScriptEvent): never {
  const text = typeof reason === 'string' ? reason : '';
  if (typeof errno === 'number' && typeof path === 'string') {
    return fail('file-unwritable', { path, reason: text });
  }
  const details = text.split('\n').filter((line) => line.trim() !== '');
  return fail(
    'openvino-failed',
    { doing, reason: clauseOf(text) },
    { details: details.slice(-10) },
  );
}

type Ended = Exclude<Reply, { answer: ScriptEvent }>;

function ended(
  { run, timedOut }: Ended,
  { doing }: Asking<unknown>,
  { installation, timeoutMs }: OpenvinoOptions,
): never {
  const details = run.result.tail.filter((line) => !line.startsWith('rcc: ')).slice(-8);
  if (timedOut) {
    return fail('openvino-timed-out', { doing, seconds: timeoutMs / 1000 }, { details });
  }
  const { python } = installation;
  if (run.result.startError || eventText(run, 'missing', 'reason') !== undefined) {
    return failMissing(openvinoPackage, { python, reason: absenceOf(run) });
  }
  return fail('openvino-ended', { doing, ending: endingText(run.result) }, { details });
}

function readAnswer<T>(event: ScriptEvent, { doing, answer }: Asking<T>): T {
  const read = answer.safeParse(event);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const problem = `${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'unknown'}`;
  throw new DiagnosticError([createDiagnostic('openvino-answer-unreadable', { doing, problem })]);
}

function phaseOf({ event, name }: ScriptEvent): string | undefined {
  return event === 'phase' && typeof name === 'string' ? name : undefined;
}

/** Starts Python with our script; what it lacks is said by the first request. */
export function startChild(options: OpenvinoOptions): Child {
  const { script } = openvinoPackage;
  const python = options.installation.python.path;
  const conversation: Conversation = startConversation({ python, script, args: ['--serve'] });
  return {
    async ask(asking) {
      const { request, doing, signal, extraMs = 0, onPhase } = asking;
      const reply = await conversation.ask(request, {
        timeoutMs: options.timeoutMs + extraMs,
        signal,
        onEvent: (event) => {
          const name = phaseOf(event);
          if (name !== undefined) onPhase?.(name);
        },
      });
      if (!('answer' in reply)) return ended(reply, asking, options);
      if (reply.answer.event === 'failed') return failed(doing, reply.answer);
      return readAnswer(reply.answer, asking);
    },
    close: () => conversation.close(),
  };
}

/** Runs `work` with a child that is gone afterwards. */
export async function withChild<T>(
  options: OpenvinoOptions,
  work: (child: Child) => Promise<T>,
): Promise<T> {
  const child = startChild(options);
  try {
    return await work(child);
  } finally {
    await child.close();
  }
}
