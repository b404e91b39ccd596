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
    const text = 'text' in value ? quoteString(value.text) : undefined;
    const better =
      text === undefined ? {} : { hint: `Write ${text}.`, fix: { span: value.span, text } };
    reportWrongValue(value, { expected: 'a file name in double quotes', ...better }, context);
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

/** A file, as written: relative to the .rn file. `files` are its usual endings. */
export function filePath(...files: readonly string[]): ValueType<string> {
  return {
    form: '"FILE"',
    words: [],
    files,
    read(values, context) {
      const value = readSingle(values, context);
      return value && readPath(value, context);
    },
    print: quoteString,
  };
}

/** What files of weights are called. */
const weightsEndings = [
  ...['.pdparams', '.pth', '.safetensors', '.pt', '.bin', '.npz'],
  ...['.pdiparams', '.pt2', '.ckpt', '.index.json'],
];

/** The word before the path of a network within a weights file. */
const keyWord = 'key';

/** The name scheme that is pinned: `none` where no word stands before the path, undefined where it is none of the known. */
function readScheme(
  values: readonly ValueNode[],
  schemes: readonly string[],
  context: ReadContext,
): { readonly scheme: string | undefined; readonly rest: readonly ValueNode[] } | undefined {
  const [first, ...rest] = values;
  const pinned = first?.kind === 'word' && (rest.length > 0 || schemes.includes(first.text));
  if (!pinned) return { scheme: undefined, rest: values };
  const scheme = readChoice(first, schemes, context);
  return scheme === undefined && rest.length === 0 ? undefined : { scheme: scheme ?? '', rest };
}

/** The key behind the path: `key "model_ema"`. */
function readKey(values: readonly ValueNode[], context: ReadContext): string | undefined {
  const [word, ...rest] = values;
  if (word?.kind !== 'word' || word.text !== keyWord) {
    reportSurplus(values, context);
    return undefined;
  }
  const [key, ...surplus] = rest;
  reportSurplus(surplus, context);
  if (key) return readPath(key, context);
  readSingle([], context);
  return undefined;
}

/** A weights file, before it the name scheme where one is pinned, behind it the key of a network in it. */
export function weightsFile(schemes: readonly string[]): ValueType<WeightsProperty> {
  return {
    form: `[${schemes.join(' | ')}] "FILE" [${keyWord} "KEY"]`,
    words: schemes,
    wordsAfter(written) {
      const isWhole = written.some((text) => text.startsWith('"'));
      if (isWhole) return written.includes(keyWord) ? [] : [keyWord];
      return written.length === 0 ? schemes : [];
    },
    files: weightsEndings,
    followers: [keyWord],
    read(values, context) {
      const read = readScheme(values, schemes, context);
      if (!read) return undefined;
      const [first, ...behind] = read.rest;
      const file = readSingle(first ? [first] : [], context);
      const path = file && readPath(file, context);
      const key = readKey(behind, context);
      if (path === undefined || read.scheme === '') return undefined;
      return {
        ...(read.scheme === undefined ? {} : { scheme: read.scheme }),
        path,
        ...(key === undefined ? {} : { key }),
      };
    },
    print: ({ scheme, path, key }) =>
      [scheme, quoteString(path), ...(key === undefined ? [] : [keyWord, quoteString(key)])]
        .filter((part) => part !== undefined)
        .join(' '),
  };
}
