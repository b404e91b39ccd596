import type { DiagnosticContext } from '../../diagnostics/diagnostic.ts';
import { printable } from '../../diagnostics/printable.ts';
import type { Span } from '../../diagnostics/source.ts';
import type { ValueNode } from '../ast.ts';
import type { Report } from '../report.ts';

/** What reading a property's values needs to know of the property. */
export interface ReadContext {
  /** As the user writes it: `crop`, `stem-widths`. */
  readonly name: string;
  readonly nameSpan: Span;
  /** A right way to write it: `crop 224`. */
  readonly example: string;
  readonly report: Report;
}

/** A kind of value: how it is written, read and printed. */
export interface ValueType<T> {
  /** What stands behind the name, for people: `basic | bottleneck`, `[WIDTH, …]`. */
  readonly form: string;
  /** Which numbers it takes, in words. */
  readonly range?: string;
  /** The words that may stand in it; the parser, nearest-word hints and completion ask for them. */
  readonly words: readonly string[];
  /** The words that may come next, behind what is written of the value already; absent: `words`, and nothing behind the value. */
  wordsAfter?(written: readonly string[]): readonly string[];
  /** A string in it names a file; these are the usual endings, the most usual first. */
  readonly files?: readonly string[];
  /** A word that stands before the value itself: `in`. */
  readonly prefix?: string;
  /** Words that may stand behind a value, each with a value of its own behind it. */
  readonly followers?: readonly string[];
  /** The value, or undefined when a mistake was reported. */
  read(values: readonly ValueNode[], context: ReadContext): T | undefined;
  /** Canonical text, which `read` understands. */
  print(value: T): string;
}

/** What the user wrote, in the words of a message. */
export function describeValue(value: ValueNode): string {
  switch (value.kind) {
    case 'word':
    case 'quantity':
      return `'${printable(value.text)}'`;
    case 'string':
      return `the string "${printable(value.text)}"`;
    case 'list':
      return 'a list';
    case 'group':
      return 'a group in braces';
  }
}

/** `expected` is what the property takes, in words; `hint` and its `fix` replace the property's example. */
export function reportWrongValue(
  value: ValueNode,
  { expected, ...better }: { readonly expected: string } & Pick<DiagnosticContext, 'hint' | 'fix'>,
  { name, example, report }: ReadContext,
): void {
  report(
    'wrong-value',
    { name, found: describeValue(value), expected, syntax: example },
    { span: value.span, ...better },
  );
}

/** The one value of a property; none and more than one are reported. */
export function readSingle(
  values: readonly ValueNode[],
  context: ReadContext,
): ValueNode | undefined {
  const { name, nameSpan, example, report } = context;
  const [value, ...surplus] = values;
  if (!value) report('missing-value', { name, syntax: example }, { span: nameSpan });
  reportSurplus(surplus, context);
  return value;
}

export function reportSurplus(surplus: readonly ValueNode[], context: ReadContext): void {
  const { name, example, report } = context;
  const [first] = surplus;
  const last = surplus.at(-1);
  if (!first || !last) return;
  report(
    'surplus-value',
    { name, found: describeValue(first), syntax: example },
    { span: { ...first.span, end: last.span.end } },
  );
}
