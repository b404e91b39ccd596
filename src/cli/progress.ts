import { styleText } from 'node:util';
import type { Ora } from 'ora';
import { visibleText } from '../diagnostics/printable.ts';
import { wrapLine, wrapText } from '../diagnostics/wrap.ts';
import { type Progress, silentProgress } from './command.ts';
import { formatElapsed } from './format-elapsed.ts';
import { terminalOf } from './terminal.ts';

const phaseWidth = 12;

/** What stands before a live line's text: a margin and what spins. */
const spinnerWidth = 4;

/** A live line is one line: words that do not fit are left out. */
function cutTo(text: string, columns: number): string {
  const [first = '', ...others] = wrapLine(text, Math.max(columns - 1, 1), 0);
  if (others.length === 0) return first;
  return first.length < columns ? `${first}…` : '…';
}

/** Progress on a stream: a live line where it is a terminal, one line a finished phase elsewhere. */
export async function createProgress(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
): Promise<Progress> {
  const { color, isLive } = terminalOf(stream, env);
  // A window may change its size on the way.
  const columns = (): number | undefined => terminalOf(stream, env).columns;
  const write = (text: string, hanging?: number): void => {
    stream.write(`${wrapText(text, columns(), hanging)}\n`);
  };
  // Where nothing spins it is not loaded: its pattern of all emojis takes longer than the whole language.
  const ora = isLive ? (await import('ora')).default : undefined;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  let spinner: Ora | undefined;
  const stop = (): void => {
    spinner?.stop();
    spinner = undefined;
  };
  return {
    heading(text) {
      write(paint('bold', visibleText(text)), 2);
    },
    start(phase) {
      // Not its `indent`: that moves the cursor and leaves it there.
      spinner = ora?.({ stream, text: phase, prefixText: ' ', discardStdin: false }).start();
    },
    update(text) {
      if (!spinner) return;
      const room = (columns() ?? 80) - spinnerWidth - spinner.text.length - 2;
      spinner.suffixText = cutTo(visibleText(text), room);
    },
    finish(phase, detail, elapsedMs) {
      stop();
      const time = paint('dim', formatElapsed(elapsedMs).padStart(9));
      write(`  ${phase.padEnd(phaseWidth)}${time}  ${visibleText(detail)}`);
    },
    fail(text) {
      stop();
      write(`  ${paint('red', 'failed'.padEnd(phaseWidth + 9))}  ${visibleText(text)}`);
    },
    note(text) {
      spinner?.clear();
      stream.write(`${text}\n`);
      spinner?.render();
    },
    stop,
  };
}

/** Notes alone. */
export function createQuietProgress(stream: NodeJS.WriteStream): Progress {
  return { ...silentProgress, note: (text) => void stream.write(`${text}\n`) };
}
