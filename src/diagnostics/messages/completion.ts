import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { printableWhole } from '../printable.ts';

export const completionMessages = {
  'completion-shell-unknown': row<{ shell: string; known: readonly string[] }>({
    severity: 'error',
    message: ({ shell, known }) =>
      shell === ''
        ? `SHELL does not say which shell is yours: there is completion for ${listText(known)}.`
        : `Your shell is '${printableWhole(shell)}', and there is completion for ${listText(known)}.`,
    hint: ({ known }) => `Name the shell: rcc completion install ${known[0] ?? ''}`,
    cause: 'Without a name the shell in SHELL is meant, and rcc has a script for three of them.',
    cure: 'Name the shells that you use: `rcc completion install bash zsh fish`.',
  }),
  'completion-file-taken': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${printableWhole(path)}' is there already, and rcc did not write it.`,
    hint: () => 'Move it away, or print what rcc has: rcc completion show bash, zsh, fish or man.',
    cause:
      'The file has the name that completion or the manual page of rcc goes by, and is somebody else’s. Nothing was written.',
    cure: 'Move the file away and install again, or put what `rcc completion show` prints where you want it.',
  }),
} as const;
