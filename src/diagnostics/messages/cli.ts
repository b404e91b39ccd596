import { row } from '../message-row.ts';

export const cliMessages = {
  'file-not-found': row<{ path: string; what: string }>({
    severity: 'error',
    message: ({ path, what }) => `There is no ${what} at '${path}'.`,
    cause: 'A file or folder named on the command line or in a spec does not exist.',
    cure: 'Check the path. Paths in a spec are relative to the .rn file, paths on the command line to the current folder.',
  }),
  'file-unreadable': row<{ path: string; reason: string }>({
    severity: 'error',
    message: ({ path, reason }) => `'${path}' cannot be read: ${reason}.`,
    cause: 'The operating system refused to open or read the file.',
    cure: 'Check the permissions of the file and of the folders above it.',
  }),
  'file-unwritable': row<{ path: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ path, reason }) => `'${path}' cannot be written: ${reason}.`,
    cause: 'The disk is full, the folder is read-only, or the path is taken by something else.',
    cure: 'Free some space or choose another folder with -o. Nothing was left under the final name.',
  }),
} as const;
