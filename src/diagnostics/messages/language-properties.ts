import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** Mistakes in one property: its name, its value, its unit. */
export const languagePropertyMessages = {
  'unknown-property': row<{ name: string; where: string; nearest?: string | undefined }>({
    severity: 'error',
    message: ({ name, where }) => `${where} has no property '${name}'.`,
    hint: ({ nearest }) => (nearest ? `Did you mean '${nearest}'?` : undefined),
    fix: ({ nearest }) => nearest,
    cause: 'The word at the place of a property is not one that rcc knows there.',
    example: 'model a {\n  dept 50\n}\n',
    cure: 'Correct the word. docs/language.md lists all properties; `rcc explain PROPERTY` describes one.',
  }),
  'duplicate-property': row<{ name: string; line: number }>({
    severity: 'error',
    message: ({ name, line }) => `'${name}' is given twice; it stands in line ${line} already.`,
    cause: 'A model says the same property twice, so that one of the two would be lost.',
    example: 'model a {\n  depth 50\n  depth 101\n}\n',
    cure: 'Keep one of them. Only a model that extends another gives a property again.',
  }),
  'misplaced-value': row<{ found: string; where: string }>({
    severity: 'error',
    message: ({ found, where }) => `${where} starts a property with its name, not with ${found}.`,
    cause: 'A value or a brace stands where the name of a property is expected.',
    example: 'model a {\n  50\n  depth 50\n}\n',
    cure: 'Write the name of the property before its value.',
  }),
  'missing-value': row<{ name: string; syntax: string }>({
    severity: 'error',
    message: ({ name }) => `'${name}' has no value.`,
    hint: ({ syntax }) => `Write \`${syntax}\`.`,
    cause: 'The name of a property stands without the value that belongs to it.',
    example: 'model a {\n  depth\n  classes 10\n}\n',
    cure: 'Write the value behind the name, or take the property away: its default is then used.',
  }),
  'surplus-value': row<{ name: string; found: string; syntax: string }>({
    severity: 'error',
    message: ({ name, found }) => `${found} is too much for '${name}'.`,
    hint: ({ syntax }) => `The form is \`${syntax}\`.`,
    cause: 'More values stand behind a property than it takes.',
    example: 'model a {\n  depth 50 101\n}\n',
    cure: 'Keep one value. Several numbers stand in brackets: `stages [3, 4, 6, 3]`.',
  }),
  'wrong-value': row<{ name: string; found: string; expected: string; syntax: string }>({
    severity: 'error',
    message: ({ name, found, expected }) => `'${name}' takes ${expected}, not ${found}.`,
    hint: ({ syntax }) => `Write \`${syntax}\`.`,
    cause:
      'The value is of another kind than the property takes: a word for a number, a number for a list.',
    example: 'model a {\n  depth 50\n  classes "1000"\n}\n',
    cure: 'Give a value of the kind that `rcc explain PROPERTY` shows.',
  }),
  'unknown-value': row<{
    name: string;
    value: string;
    choices: readonly string[];
    nearest?: string | undefined;
  }>({
    severity: 'error',
    message: ({ name, value }) => `'${value}' is not a value of '${name}'.`,
    hint: ({ choices, nearest }) =>
      `${nearest ? `Did you mean '${nearest}'? ` : ''}Its values are ${listText(choices)}.`,
    fix: ({ nearest }) => nearest,
    cause: 'The property takes one of a few words, and this is none of them.',
    example: 'model a {\n  depth 50\n  variant ve\n}\n',
    cure: 'Choose one of the words that the hint or `rcc explain PROPERTY` lists.',
  }),
  'unknown-depth': row<{ depth: string; depths: readonly number[] }>({
    severity: 'error',
    message: ({ depth }) => `There is no ResNet of depth ${depth}.`,
    hint: ({ depths }) =>
      `The depths are ${listText(depths)}; any other network gives \`block\` and \`stages\` instead.`,
    cause:
      'A depth stands for a known list of stages and a block; other numbers stand for nothing.',
    example: 'model a {\n  depth 51\n}\n',
    cure: 'Choose one of the depths, or describe the network: `block basic  stages [3, 3, 3]  widths [16, 32, 64]`.',
  }),
  'unknown-unit': row<{ name: string; value: string; unit: string; units: string }>({
    severity: 'error',
    message: ({ name, unit }) => `The unit '${unit}' does not fit '${name}'.`,
    hint: ({ units }) => `It takes ${units}.`,
    cause: 'The figure ends in letters or a sign that mean nothing for this property.',
    example: 'model a {\n  depth 50\n  expect { params 79.1% }\n}\n',
    cure: 'Counts take K, M, G or T (`25.58M`, `8.67G`); accuracies take % (`79.1%`).',
  }),
  'number-out-of-range': row<{
    name: string;
    value: string;
    least: number;
    most: number;
    unit?: string;
  }>({
    severity: 'error',
    message: ({ name, value, least, most, unit = '' }) =>
      `${name} is ${value}; it must lie between ${least} and ${most}${unit}.`,
    cause: 'A number is smaller or larger than a network can have.',
    example: 'model a {\n  depth 50\n  classes 0\n}\n',
    cure: 'Give a number within the bounds that the message names.',
  }),
  'empty-string': row<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `The file name of '${name}' is empty.`,
    cause: 'A string that should name a file holds nothing.',
    example: 'model a {\n  depth 50\n  labels ""\n}\n',
    cure: 'Write the path between the quotes; it is relative to the .rn file.',
  }),
} as const;
