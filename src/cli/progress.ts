import { styleText } from 'node:util';
import ora, { type Ora } from 'ora';
import type { Progress } from './command.ts';

/** `0.12 s`, `3.4 s`, `2 min 5 s`. */
export function formatElapsed(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
}

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
