import { styleText } from 'node:util';
import ora, { type Ora } from 'ora';
import type { Progress } from './command.ts';
import { formatElapsed } from './format-elapsed.ts';

const phaseWidth = 12;

/** Progress on a stream: a spinner where it is a terminal, one line a finished phase elsewhere. */
export function createProgress(stream: NodeJS.WriteStream, color: boolean): Progress {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  let spinner: Ora | undefined;
  return {
    heading(text) {
      stream.write(`${paint('bold', text)}\n`);
    },
    start(phase) {
      if (!stream.isTTY) return;
      spinner = ora({ stream, text: phase, indent: 2, discardStdin: false }).start();
    },
    update(text) {
      if (spinner) spinner.suffixText = text;
    },
    finish(phase, detail, elapsedMs) {
      spinner?.stop();
      spinner = undefined;
      const time = paint('dim', formatElapsed(elapsedMs).padStart(9));
      stream.write(`  ${phase.padEnd(phaseWidth)}${time}  ${detail}\n`);
    },
    note(text) {
      spinner?.clear();
      stream.write(`${text}\n`);
      spinner?.render();
    },
  };
}
