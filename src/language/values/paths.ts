import { isAddress } from '../../diagnostics/is-address.ts';
import type { ValueNode } from '../ast.ts';
import type { WeightsProperty } from '../spec.ts';
import {
  type ReadContext,
  readSingle,
  reportSurplus,
  reportWrongValue,
  type ValueType,
} from './value-type.ts';
import { readChoice } from './words.ts';

/** A string as .rn files write it. */
export function quoteString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function readPath(value: ValueNode, context: ReadContext): string | undefined {
  if (value.kind !== 'string') {
    const hint = 'text' in value ? `Write ${quoteString(value.text)}.` : undefined;
    reportWrongValue(value, { expected: 'a file name in double quotes', hint }, context);
    return undefined;
  }
  if (isAddress(value.text)) {
    const parameters = { address: value.text, what: 'file' };
    context.report('address-given', parameters, { span: value.span });
    return undefined;
  }
  if (value.text !== '') return value.text;
  context.report('empty-string', { name: context.name }, { span: value.span });
  return undefined;
}

/** A file, as written: relative to the .rn file. */
export const filePath: ValueType<string> = {
  form: '"FILE"',
  words: [],
  read(values, context) {
    const value = readSingle(values, context);
    return value && readPath(value, context);
  },
  print: quoteString,
};

/** A weights file, and before it the name scheme where one is pinned. */
export function weightsFile(schemes: readonly string[]): ValueType<WeightsProperty> {
  return {
    form: `[${schemes.join(' | ')}] "FILE"`,
    words: schemes,
    read(values, context) {
      const [first, second, ...surplus] = values;
      const pinned =
        first?.kind === 'word' && (second !== undefined || schemes.includes(first.text));
      if (!pinned) {
        const path = filePath.read(values, context);
        return path === undefined ? undefined : { path };
      }
      const scheme = readChoice(first, schemes, context);
      if (!second) {
        readSingle([], context);
        return undefined;
      }
      reportSurplus(surplus, context);
      const path = readPath(second, context);
      return path === undefined || scheme === undefined ? undefined : { scheme, path };
    },
    print: ({ scheme, path }) => `${scheme ? `${scheme} ` : ''}${quoteString(path)}`,
  };
}
