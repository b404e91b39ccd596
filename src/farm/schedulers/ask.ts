import { setTimeout as sleep } from 'node:timers/promises';
import { endingText, runTool, type ToolResult } from '../../../engines/process.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { SchedulerRequest } from '../scheduler.ts';

export type Asking = Pick<SchedulerRequest, 'env' | 'signal'>;

export interface Answer {
  /** stdout; all of it, as far as it came. */
  readonly lines: readonly string[];
  /** Exit status 0. */
  readonly ok: boolean;
  readonly result: ToolResult;
}

/** Slurm's own programs give up after some ten seconds, ssh after what its configuration says. */
const timeoutMs = 120_000;

/** Before each further try. */
const retryDelaysMs = [500, 2000] as const;

/** Runs a scheduler's program once. Never throws. */
export async function ask(
  command: readonly [string, ...string[]],
  { env, signal }: Asking,
  more: { readonly input?: string; readonly cwd?: string; readonly timeoutMs?: number } = {},
): Promise<Answer> {
  const lines: string[] = [];
  const given = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const result = await runTool({
    command,
    env: Object.fromEntries(given),
    timeoutMs,
    ...(signal ? { signal } : {}),
    ...more,
    onLine: (line, stream) => {
      if (stream === 'stdout') lines.push(line);
    },
  });
  return { lines, ok: result.exitCode === 0, result };
}

/** As `ask`, again after a pause where it fails: a controller that starts anew is there in a moment. For questions only. */
export async function askPatiently(
  command: readonly [string, ...string[]],
  asking: Asking,
): Promise<Answer> {
  let answer = await ask(command, asking);
  for (const delayMs of retryDelaysMs) {
    if (answer.ok || answer.result.startError || asking.signal?.aborted) return answer;
    await sleep(delayMs);
    answer = await ask(command, asking);
  }
  return answer;
}

/** Why a scheduler's program gave no answer; `host` is where it was asked. */
export function noAnswer(
  { result }: Answer,
  code: 'scheduler-silent' | 'submit-refused' = 'scheduler-silent',
): Diagnostic {
  const [program = ''] = result.command;
  if (result.startError?.code === 'ENOENT')
    return createDiagnostic('scheduler-missing', { program });
  return createDiagnostic(
    code,
    { program, reason: endingText(result) },
    { details: result.tail.slice(-8) },
  );
}
