import { row } from '../message-row.ts';

export const cliMessages = {
  'command-line': row<{ message: string }>({
    severity: 'error',
    message: ({ message }) =>
      `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?!]$/.test(message) ? '' : '.'}`,
    hint: () => '`rcc --help` lists the commands, `rcc COMMAND --help` the options of one.',
    cause:
      'The command line has an option, argument or command that rcc does not know, or lacks one that is needed.',
    example: 'rcc compile --fp61 specs/resnet50.rn',
    cure: 'See `rcc --help` and `rcc COMMAND --help`.',
  }),
  'not-formatted': row<{ path: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ path }) => `'${path}' is not in the form that rcc fmt writes.`,
    hint: ({ path }) => `\`rcc fmt ${path}\` writes it so.`,
    cause:
      'rcc fmt --check found a line that rcc fmt would write another way: the first is shown as it is (-) and as it would be (+).',
    cure: 'Run `rcc fmt` on the file. It changes white space, commas and line ends alone.',
  }),
  interrupted: row<{ signal: string }>({
    severity: 'error',
    exit: 'interrupted',
    message: ({ signal }) =>
      `Interrupted (${signal}); nothing unfinished was left under a final name.`,
    cause: 'Ctrl-C or a termination signal ended the run.',
    cure: 'Run the command again: it starts from the beginning.',
  }),
  'internal-error': row<{ message: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ message }) => `This is a mistake in rcc itself: ${message}`,
    hint: () => 'Please report it with the lines below, the spec and the command.',
    cause: 'Something happened that rcc was not written for. Your input may be right or wrong.',
    cure: 'Report it. Another --target, precision or weights format may go around it until it is mended.',
  }),
  'file-not-found': row<{ path: string; what: string }>({
    severity: 'error',
    message: ({ path, what }) => `There is no ${what} at '${path}'.`,
    hint: ({ what }) =>
      what === 'weights file'
        ? 'rcc downloads nothing: put the file there, or give the path where it is.'
        : undefined,
    cause: 'A file or folder named on the command line or in a spec does not exist.',
    cure: 'Check the path. Paths in a spec are relative to the .rn file, paths on the command line to the current folder.',
  }),
  'address-given': row<{ address: string; what: string }>({
    severity: 'error',
    message: ({ address, what }) =>
      `'${address}' is an address, not the path of a ${what}: rcc reads files and never uses the network.`,
    hint: ({ address }) =>
      /^https?:/i.test(address)
        ? `Download it first: curl -LO ${JSON.stringify(address)}`
        : 'Download it first, and give the file.',
    cause: 'An address of the network stands where a file is expected.',
    example: 'rcc compile resnet50 --weights https://download.example/resnet50.pth',
    cure: 'Download the file, and give its path.',
  }),
  'file-exists': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' is there already.`,
    hint: () => 'Give another name, or --force to replace it.',
    cause: 'What you have written by hand is not replaced without being asked for.',
    cure: 'Choose another file with -o, or give --force.',
  }),
  'file-unreadable': row<{ path: string; reason: string }>({
    severity: 'error',
    message: ({ path, reason }) => `'${path}' cannot be read: ${reason}.`,
    cause: 'The operating system refused to open or read the file.',
    cure: 'Check the permissions of the file and of the folders above it.',
  }),
  'not-a-file': row<{ path: string; what: string; found: string }>({
    severity: 'error',
    message: ({ path, what, found }) => `The ${what} '${path}' is ${found}, not a regular file.`,
    hint: ({ found }) =>
      found === 'a folder'
        ? undefined
        : 'Write what comes out of it into a file, and give that file.',
    cause:
      'A folder, pipe, device or socket stands where a file is wanted. rcc reads a file more than once and from any place, which only a regular file allows.',
    example: 'rcc compile --weights <(zstdcat resnet50.pth.zst) specs/resnet50.rn',
    cure: 'Give a regular file: of a folder the file in it that you mean, of a pipe a file that its content was written to.',
  }),
  'file-too-large': row<{ path: string; sizeBytes: number; limitBytes: number }>({
    severity: 'error',
    message: ({ path, sizeBytes, limitBytes }) =>
      `'${path}' has ${sizeBytes} bytes, more than the ${limitBytes} that such a file may have.`,
    cause:
      'Pictures, lists of labels, bench files and the like are read as a whole; a file of this size is something else.',
    cure: 'Give the right file.',
  }),
  'file-unwritable': row<{ path: string; reason: string }>({
    severity: 'error',
    exit: 'tool-failed',
    message: ({ path, reason }) => `'${path}' cannot be written: ${reason}.`,
    cause: 'The disk is full, the folder is read-only, or the path is taken by something else.',
    cure: 'Free some space or choose another folder with -o. Nothing was left under the final name.',
  }),
} as const;
