import { styleText } from 'node:util';
import type { Ora } from 'ora';
import { visibleText } from '../diagnostics/printable.ts';
import { type Progress, silentProgress } from './command.ts';
import { formatElapsed } from './format-elapsed.ts';

const phaseWidth = 12;

/** Progress on a stream: a spinner where it is a terminal, one line a finished phase elsewhere. */
export async function createProgress(
  stream: NodeJS.WriteStream,
  color: boolean,
): Promise<Progress> {
  // Where nothing spins it is not loaded: its pattern of all emojis takes longer than the whole language.
  const ora = stream.isTTY ? (await import('ora')).default : undefined;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  let spinner: Ora | undefined;
  const stop = (): void => {
    spinner?.stop();
    spinner = undefined;
  };
  return {
    heading(text) {
      stream.write(`${paint('bold', visibleText(text))}\n`);
    },
    start(phase) {
      // Not its `indent`: that moves the cursor and leaves it there.
      spinner = ora?.({ stream, text: phase, prefixText: ' ', discardStdin: false }).start();
    },
    update(text) {
      if (spinner) spinner.suffixText = visibleText(text);
    },
    finish(phase, detail, elapsedMs) {
      stop();
      const time = paint('dim', formatElapsed(elapsedMs).padStart(9));
      stream.write(`  ${phase.padEnd(phaseWidth)}${time}  ${visibleText(detail)}\n`);
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
