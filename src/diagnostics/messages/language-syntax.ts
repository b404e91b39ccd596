import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** Mistakes in the writing of a .rn file, and in how its models refer to each other. */
export const languageSyntaxMessages = {
  'stray-character': row<{ text: string }>({
    severity: 'error',
    message: ({ text }) => `${text} means nothing in a .rn file.`,
    hint: ({ text }) => strayHints.find(([character]) => text.startsWith(`'${character}`))?.[1],
    cause: 'A character that is no part of the language, often a sign from another one.',
    example: 'model a {\n  depth = 50\n}\n',
    cure: 'Take it away. A property and its value stand side by side: `depth 50`.',
  }),
  'slash-comment': row<Record<string, never>>({
    severity: 'error',
    message: () => "'//' does not start a comment.",
    hint: () => "A comment starts with '#' and ends with the line.",
    fix: () => '#',
    cause: 'The rest of the line looks like a comment of another language.',
    example: 'model a {\n  depth 50  // the usual one\n}\n',
    cure: "Write '#' in place of '//'.",
  }),
  'unterminated-string': row<Record<string, never>>({
    severity: 'error',
    message: () => 'This string does not end before its line does.',
    hint: () => 'Put a " at its end.',
    cause: 'A string starts with " and has no second " on the same line.',
    example: 'model a {\n  depth 50\n  labels "imagenet.txt\n}\n',
    cure: 'Close the string. A " inside it is written \\" and a backslash \\\\.',
  }),
  'wrong-quotes': row<{ text: string }>({
    severity: 'error',
    message: () => 'A string stands in double quotes.',
    hint: ({ text }) => `Write "${text}".`,
    cause: "The string stands in single quotes or in a word processor's quotes.",
    example: "model a {\n  depth 50\n  labels 'imagenet.txt'\n}\n",
    cure: 'Use the plain double quote " at both ends.',
  }),
  'unknown-escape': row<{ written: string }>({
    severity: 'error',
    message: ({ written }) => `'${written}' is not a way to write a character in a string.`,
    hint: () => 'A backslash is written \\\\; a path may also use / on every system.',
    fix: ({ written }) => `\\${written}`,
    cause: 'In a string, a backslash may stand only before " and before another backslash.',
    example: 'model a {\n  depth 50\n  labels "data\\imagenet.txt"\n}\n',
    cure: 'Write two backslashes, or / in a path.',
  }),
  'missing-brace': row<{ open: string; close: string; owner: string }>({
    severity: 'error',
    message: ({ open, close, owner }) => `The '${open}' of ${owner} has no '${close}'.`,
    hint: ({ close, owner }) => `Put a '${close}' where ${owner} ends.`,
    cause: 'A brace or bracket was opened and never closed.',
    example: 'model a {\n  depth 50\n',
    cure: "Every '{' needs its '}', every '[' its ']'.",
  }),
  'unexpected-token': row<{ found: string; expected: string }>({
    severity: 'error',
    message: ({ found, expected }) => `Expected ${expected}, found ${found}.`,
    cause:
      'Something else stands where the form of a .rn file asks for a name, a brace or a string.',
    example: 'model {\n  depth 50\n}\n',
    cure: 'A model is `model NAME { … }` or `model NAME extends BASE { … }`; a file is brought in by `use "FILE.rn"`.',
  }),
  'outside-model': row<{ found: string }>({
    severity: 'error',
    message: ({ found }) => `${found} stands outside every model.`,
    hint: ({ found }) =>
      found === "'}'"
        ? 'There is no open brace left that it could close.'
        : 'A file holds `use "FILE.rn"` and `model NAME { … }`, nothing else.',
    cause: 'At the top of a file only `use` and `model` may stand.',
    example: 'depth 50\n',
    cure: 'Put properties between the braces of a model; take surplus braces away.',
  }),
  'no-model': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' holds no model.`,
    hint: () => 'The shortest one is `model my_resnet { depth 50 }`.',
    cause: 'The file is empty, or holds comments and `use` only.',
    example: '# nothing yet\n',
    cure: 'Describe a model: `model NAME { depth 50 }`.',
  }),
  'not-text': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `'${path}' is not a text file.`,
    hint: () =>
      'A spec is a .rn file in UTF-8, or in UTF-16 with a byte-order mark; a weights file is given with --weights.',
    cause: 'The file holds zero bytes, as weights, engines and pictures do and texts do not.',
    cure: 'Give the .rn file. `rcc init WEIGHTS` writes one from a weights file.',
  }),
  'spec-too-large': row<{ path: string; limitKib: number }>({
    severity: 'error',
    message: ({ path, limitKib }) =>
      `'${path}' is larger than ${limitKib} KiB, the limit of a spec.`,
    cause: 'A model takes some twelve lines; a file of this size is something else.',
    cure: 'Give the right file, or split it into several and bring them in with `use`.',
  }),
  'too-many-mistakes': row<{ path: string; count: number }>({
    severity: 'error',
    message: ({ path, count }) =>
      `'${path}' has at least ${count} more ${count === 1 ? 'mistake' : 'mistakes'}, not shown here.`,
    cause: 'Only the first mistakes of a file are shown, so that the output stays readable.',
    cure: 'Mend those that are shown and check again.',
  }),
  'invalid-name': row<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `'${name}' cannot be the name of a model.`,
    hint: () =>
      'Names are letters a to z, digits, _ and -, start with a letter, digit or _, and have at most 100 characters.',
    cause: 'A name becomes part of file names, so it is made of plain characters only.',
    example: 'model resnet50.v2 {\n  depth 50\n}\n',
    cure: 'Use letters, digits, _ and -, without quotes: `resnet50_v2`.',
  }),
  'duplicate-model': row<{ name: string; where: string }>({
    severity: 'error',
    message: ({ name, where }) => `There is a model '${name}' already: ${where}.`,
    cause: 'Two models that can be seen in this file have the same name.',
    example: 'model a { depth 50 }\nmodel a { depth 101 }\n',
    cure: 'Rename one of them, or take one `use` away.',
  }),
  'unknown-model': row<{ name: string; nearest?: string | undefined }>({
    severity: 'error',
    message: ({ name }) => `There is no model '${name}' here.`,
    hint: ({ nearest }) =>
      nearest
        ? `Did you mean '${nearest}'?`
        : 'A model of another file is brought in by `use "FILE.rn"`; `use` brings in what stands in that very file.',
    fix: ({ nearest }) => nearest,
    cause:
      '`extends` or `FILE.rn#NAME` names a model that is neither in the file nor in one that it uses.',
    example: 'model a extends resnet50 {\n  classes 10\n}\n',
    cure: 'Correct the name, or bring in the file that holds the model with `use "FILE.rn"`.',
  }),
  'extends-cycle': row<{ names: readonly string[] }>({
    severity: 'error',
    message: ({ names }) => `A model cannot extend itself: ${listText(names, ' → ')}.`,
    cause: 'Going from base to base one comes back to the same model.',
    example: 'model a extends b { depth 50 }\nmodel b extends a { classes 10 }\n',
    cure: 'One of these models must stand on its own.',
  }),
  'use-cycle': row<{ paths: readonly string[] }>({
    severity: 'error',
    message: ({ paths }) => `A file cannot use itself: ${listText(paths, ' → ')}.`,
    cause: 'Going from `use` to `use` one comes back to the same file.',
    cure: 'Move what both files need into a third one.',
  }),
  'duplicate-use': row<{ path: string }>({
    severity: 'warning',
    message: ({ path }) => `'${path}' is brought in already.`,
    cause: 'The same file stands in two `use` lines.',
    cure: 'Take one of them away.',
  }),
} as const;

const strayHints: readonly (readonly [string, string])[] = [
  ['=', 'A property and its value stand side by side, without a sign between them: `depth 50`.'],
  [':', 'A property and its value stand side by side, without a sign between them: `depth 50`.'],
  [';', 'Properties need no sign between them; a comma is allowed.'],
  ['(', 'Lists stand in [ ], groups in { }.'],
  [')', 'Lists stand in [ ], groups in { }.'],
  ["'", 'A string stands in double quotes: "…".'],
];
