import { join } from 'node:path';
import { shellText } from '../../engines/command-text.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { judgeAttempt } from './judge-attempt.ts';
import type { AttemptState, JudgedAttempt } from './kit.ts';
import { kitFiles } from './kit-files.ts';
import type { OpenedKit } from './open-kit.ts';

/** The more there is in a state, the earlier it stands. */
const order: readonly AttemptState[] = ['done', 'unstable', 'partial', 'timeout', 'failed', 'lost'];

function isBetter(a: JudgedAttempt, b: JudgedAttempt): boolean {
  const rank = ({ state }: JudgedAttempt): number => order.indexOf(state);
  const isMore = a.measurements.length - b.measurements.length;
  return rank(a) !== rank(b) ? rank(a) < rank(b) : isMore >= 0;
}

/** Of several attempts the one in the best state, of those the last one. Throws DiagnosticError `kit-not-run` where there is none, `kit-other` where one is of another kit. */
export async function bestAttempt(
  kit: OpenedKit,
  attempts: readonly string[],
): Promise<JudgedAttempt> {
  let best: JudgedAttempt | undefined;
  for (const directory of attempts) {
    const judged = await judgeAttempt(kit, directory);
    if (!best || isBetter(judged, best)) best = judged;
  }
  const again = shellText(['sh', join(kit.directory, kitFiles.script)]);
  return best ?? fail('kit-not-run', { kit: kit.directory, again });
}
