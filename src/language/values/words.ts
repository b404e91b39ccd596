import { findNearest } from '../../diagnostics/nearest.ts';
import { printable } from '../../diagnostics/printable.ts';
import type { ValueNode } from '../ast.ts';
import { type ReadContext, readSingle, reportWrongValue, type ValueType } from './value-type.ts';

/** The word if it is one of the choices; anything else is reported with the nearest one. */
export function readChoice<W extends string>(
  value: ValueNode,
  choices: readonly W[],
  context: ReadContext,
): W | undefined {
  if (value.kind !== 'word' && value.kind !== 'quantity') {
    reportWrongValue(value, { expected: `one of the words ${choices.join(', ')}` }, context);
    return undefined;
  }
  const choice = choices.find((word) => word === value.text);
  if (choice) return choice;
  context.report(
    'unknown-value',
    {
      name: context.name,
      value: printable(value.text),
      choices,
      nearest: findNearest(value.text, choices),
    },
    { span: value.span },
  );
  return undefined;
}

/** One word of a few. */
export function choice<const W extends string>(...choices: readonly W[]): ValueType<W> {
  return {
    form: choices.join(' | '),
    words: choices,
    read(values, context) {
      const value = readSingle(values, context);
      return value && readChoice(value, choices, context);
    },
    print: (word) => word,
  };
}

/** One word of a few behind a fixed word: `in conv1`. */
export function prefixedChoice<const W extends string>(
  prefix: string,
  ...choices: readonly W[]
): ValueType<W> {
  return {
    form: `${prefix} ${choices.join(' | ')}`,
    words: [prefix, ...choices],
    wordsAfter([first, ...rest]) {
      if (first === undefined) return [prefix];
      return rest.length === 0 ? choices : [];
    },
    prefix,
    read(values, context) {
      const [first, ...rest] = values;
      if (!first) {
        readSingle([], context);
        return undefined;
      }
      if (first.kind !== 'word' || first.text !== prefix) {
        const expected = `'${prefix}' and one of the words ${choices.join(', ')}`;
        reportWrongValue(first, { expected }, context);
        return undefined;
      }
      const value = readSingle(rest, context);
      return value && readChoice(value, choices, context);
    },
    print: (word) => `${prefix} ${word}`,
  };
}

/** A list of words in brackets, at least one. */
export function wordList<const W extends string>(
  { longest }: { readonly longest: number },
  ...choices: readonly W[]
): ValueType<readonly W[]> {
  return {
    form: `[${choices.join(' | ')}, …]`,
    range: `1 to ${longest} words`,
    words: choices,
    read(values, context) {
      const list = readSingle(values, context);
      if (!list) return undefined;
      if (list.kind !== 'list') {
        reportWrongValue(list, { expected: 'a list of words in brackets' }, context);
        return undefined;
      }
      if (list.items.length < 1 || list.items.length > longest) {
        const expected = `1 to ${longest} words`;
        reportWrongValue(list, { expected }, context);
        return undefined;
      }
      const words = list.items.map((item) => readChoice(item, choices, context));
      return words.every((word) => word !== undefined) ? words : undefined;
    },
    print: (words) => `[${words.join(', ')}]`,
  };
}

const yesNoWords = choice('yes', 'no');

/** `yes` or `no`. */
export const yesOrNo: ValueType<boolean> = {
  ...yesNoWords,
  read(values, context) {
    const word = yesNoWords.read(values, context);
    return word && word === 'yes';
  },
  print: (value) => (value ? 'yes' : 'no'),
};
