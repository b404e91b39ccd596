import { printable } from '../../diagnostics/printable.ts';
import type { ValueNode } from '../ast.ts';
import { type ReadContext, reportWrongValue, type ValueType } from './value-type.ts';
import { readChoice } from './words.ts';

/** One of the values behind the first word of a property: `reduce 16`. */
export interface Part<T> {
  readonly type: ValueType<T>;
  /** What holds where it is not written. */
  readonly fallback: T;
}

type Parts = Readonly<Record<string, Part<unknown>>>;

/** The first word and what stands behind it, all defaults filled in. */
export type Parted<Rows extends Readonly<Record<string, Parts>>> = {
  readonly [Kind in keyof Rows]: { readonly kind: Kind } & {
    readonly [Name in keyof Rows[Kind]]: Rows[Kind][Name] extends Part<infer T> ? T : never;
  };
}[keyof Rows];

/** A value as this type handles it: which parts it has follows from its kind. */
type AnyParted = { readonly kind: string } & Readonly<Record<string, unknown>>;

interface Written {
  readonly word: ValueNode;
  readonly value: ValueNode | undefined;
}

function pairs(values: readonly ValueNode[]): readonly Written[] {
  return values.flatMap((word, index) =>
    index % 2 === 0 ? [{ word, value: values[index + 1] }] : [],
  );
}

function textOf(node: ValueNode): string | undefined {
  return 'text' in node && node.kind !== 'string' ? node.text : undefined;
}

function reportStray(word: ValueNode, names: readonly string[], context: ReadContext): void {
  const expected =
    names.length === 0 ? 'nothing more' : `one of the words ${names.join(', ')} and its value`;
  reportWrongValue(word, { expected }, context);
}

/** The values of the parts that are written; undefined where one could not be read. */
function readParts(
  values: readonly ValueNode[],
  parts: ReadonlyMap<string, Part<unknown>>,
  context: ReadContext,
): ReadonlyMap<string, unknown> | undefined {
  const read = new Map<string, unknown>();
  for (const { word, value } of pairs(values)) {
    const name = textOf(word);
    const part = name === undefined ? undefined : parts.get(name);
    if (name === undefined || !part || read.has(name)) {
      reportStray(word, [...parts.keys()], context);
      return undefined;
    }
    const inner = { ...context, name: `${context.name} ${printable(name)}`, nameSpan: word.span };
    const result = part.type.read(value ? [value] : [], inner);
    if (result === undefined) return undefined;
    read.set(name, result);
  }
  return read;
}

function formOf(kind: string, parts: Parts): string {
  return [kind, ...Object.entries(parts).map(([name, { type }]) => `[${name} ${type.form}]`)].join(
    ' ',
  );
}

/**
 * One word of a few, and behind it values with names of their own, each of which may be left out: `se reduce 16 divisor 8`. A row of
 * `rows` is a word with its parts.
 */
export function wordWithParts<const Rows extends Readonly<Record<string, Parts>>>(
  rows: Rows,
): ValueType<Parted<Rows>> {
  const kinds = Object.keys(rows);
  const partsOf = new Map(
    Object.entries(rows).map(([kind, parts]) => [kind, new Map(Object.entries(parts))]),
  );
  const all = Object.values(rows).flatMap((parts) => Object.entries(parts));
  return {
    form: Object.entries(rows)
      .map(([kind, parts]) => formOf(kind, parts))
      .join(' | '),
    words: [...kinds, ...all.flatMap(([, { type }]) => type.words)],
    followers: [...new Set(all.map(([name]) => name))],
    wordsAfter([kind, ...written]) {
      if (kind === undefined) return kinds;
      const parts = partsOf.get(kind) ?? new Map<string, Part<unknown>>();
      // Names and values alternate behind the kind.
      if (written.length % 2 === 1) return parts.get(written.at(-1) ?? '')?.type.words ?? [];
      return [...parts.keys()].filter((name) => !written.includes(name));
    },
    read([first, ...rest], context) {
      if (!first) {
        const { name, nameSpan, example, report } = context;
        report('missing-value', { name, syntax: example }, { span: nameSpan });
        return undefined;
      }
      const kind = readChoice(first, kinds, context);
      const parts = kind === undefined ? undefined : partsOf.get(kind);
      const read = parts && readParts(rest, parts, context);
      if (!parts || !read) return undefined;
      const whole = [...parts].map(([name, { fallback }]) => [name, read.get(name) ?? fallback]);
      return { kind, ...Object.fromEntries(whole) } as Parted<Rows>;
    },
    print(value) {
      const { kind, ...given } = value as AnyParted;
      const told = [...(partsOf.get(kind) ?? [])].flatMap(([name, { type, fallback }]) => {
        const own = new Map(Object.entries(given)).get(name);
        return own === fallback ? [] : [name, type.print(own)];
      });
      return [kind, ...told].join(' ');
    },
  };
}
