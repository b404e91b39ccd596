import { printable } from '../../diagnostics/printable.ts';
import type { NameNode, ValueNode } from '../ast.ts';
import { type ReadContext, readSingle, reportWrongValue, type ValueType } from './value-type.ts';

export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** For messages: ` pixels`. */
  readonly unit?: string;
  /** What to write where the number is out of bounds. */
  hint?(text: string): string;
}

/** `1 to 4096`. */
export function rangeText({ least, most }: Bounds): string {
  return `${least} to ${most}`;
}

const wholePattern = /^[+-]?\d+$/;
const decimalPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Whether a number keeps its bounds; one that does not is reported where it stands. */
export function checkBounds(
  value: number,
  bounds: Bounds,
  node: NameNode,
  { name, report }: ReadContext,
): boolean {
  if (value >= bounds.least && value <= bounds.most) return true;
  report(
    'number-out-of-range',
    { name: `'${name}'`, value: printable(node.text), ...bounds },
    { span: node.span, hint: bounds.hint?.(printable(node.text)) },
  );
  return false;
}

function readNumber(
  value: ValueNode,
  { whole, bounds }: { readonly whole: boolean; readonly bounds: Bounds },
  context: ReadContext,
): number | undefined {
  const pattern = whole ? wholePattern : decimalPattern;
  if (value.kind !== 'quantity' || !pattern.test(value.text)) {
    reportWrongValue(value, { expected: whole ? 'a whole number' : 'a number' }, context);
    return undefined;
  }
  const number = Number(value.text);
  return checkBounds(number, bounds, value, context) ? number : undefined;
}

function oneNumber(options: {
  readonly whole: boolean;
  readonly bounds: Bounds;
}): ValueType<number> {
  return {
    form: 'NUMBER',
    range: rangeText(options.bounds),
    words: [],
    read(values, context) {
      const value = readSingle(values, context);
      return value && readNumber(value, options, context);
    },
    print: String,
  };
}

/** One whole number. */
export function wholeNumber(bounds: Bounds): ValueType<number> {
  return oneNumber({ whole: true, bounds });
}

/** One number, with or without a point or an exponent. */
export function decimalNumber(bounds: Bounds): ValueType<number> {
  return oneNumber({ whole: false, bounds });
}

/** One whole number, or `none`. */
export function wholeNumberOrNone(bounds: Bounds): ValueType<number | 'none'> {
  const number = wholeNumber(bounds);
  return {
    form: 'NUMBER | none',
    range: rangeText(bounds),
    words: ['none'],
    read(values, context) {
      const [value] = values;
      if (value?.kind !== 'word' || value.text !== 'none') return number.read(values, context);
      readSingle(values, context);
      return 'none';
    },
    print: String,
  };
}

interface ListOptions {
  readonly whole: boolean;
  readonly bounds: Bounds;
  /** Most numbers that the list may have. */
  readonly longest: number;
}

/** A list of numbers in brackets, at least one. */
export function numberList(options: ListOptions): ValueType<readonly number[]> {
  const expected = `a list of ${options.whole ? 'whole numbers' : 'numbers'} in brackets`;
  return {
    form: '[NUMBER, …]',
    range: `each ${rangeText(options.bounds)}, 1 to ${options.longest} numbers`,
    words: [],
    read(values, context) {
      const list = readSingle(values, context);
      if (!list) return undefined;
      if (list.kind !== 'list') {
        reportWrongValue(list, { expected }, context);
        return undefined;
      }
      if (list.items.length < 1 || list.items.length > options.longest) {
        reportLength(list, list.items.length, options.longest, context);
        return undefined;
      }
      const numbers = list.items.map((item) => readNumber(item, options, context));
      return numbers.every((number) => number !== undefined) ? numbers : undefined;
    },
    print: (numbers) => `[${numbers.join(', ')}]`,
  };
}

function reportLength(
  list: ValueNode,
  length: number,
  longest: number,
  { name, report }: ReadContext,
): void {
  report(
    'number-out-of-range',
    { name: `The length of '${name}'`, value: String(length), least: 1, most: longest },
    { span: list.span },
  );
}
