import { row } from '../message-row.ts';

/** Files that were asked for under a name that says something else than what is written. */
export const outputFileMessages = {
  'output-ending': row<{ option: string; path: string; what: string; name: string }>({
    severity: 'error',
    message: ({ option, path, what }) =>
      `${option} writes ${what}, and '${path}' names something else.`,
    hint: ({ name }) => `Write ${name}.`,
    cause:
      'A file or a folder was asked for by a name with the ending of another kind of file. It would be written all the same, and no program could read it by its name.',
    example: 'rcc inspect resnet18 --svg resnet18.jpg',
    cure: 'Give a name with an ending of what is written; the page of `rcc report` becomes a PDF when a browser prints it.',
  }),
  'png-not-drawn': row<{ path: string }>({
    severity: 'error',
    exit: 'tool-missing',
    message: ({ path }) => `'${path}' is not written: nothing draws PNG here.`,
    hint: () =>
      'PNG needs the optional packages @resvg/resvg-js and @expo-google-fonts/inter; a name with .svg needs nothing.',
    cause:
      'The optional packages that draw PNG were left out when rcc was installed, or have no build for this system.',
    cure: 'Install without `--omit=optional`, or name the picture `.svg`.',
  }),
} as const;
