import { printable } from '../../diagnostics/printable.ts';
import type { ExpectedFigure } from '../spec.ts';
import { type Bounds, checkBounds } from './numbers.ts';
import { readSingle, reportWrongValue, type ValueType } from './value-type.ts';

interface FigureOptions {
  readonly form: string;
  readonly expected: string;
  /** The power of ten that each unit stands for; '' is a number without a unit. */
  readonly units: ReadonlyMap<string, number>;
  readonly bounds: Bounds;
}

/** Number, its decimals, unit. */
const figurePattern = /^(\d+(?:\.\d+)?|\.\d+)([^\d.].*)?$/;

/** Decimal text becomes a number in one rounding: 25.58 × 10⁶ computed in binary would be off by a bit. */
function figureOf(text: string, digits: string, exponent: number): ExpectedFigure {
  const decimals = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  return {
    value: Number(`${digits}e${exponent}`),
    tolerance: Number(`5e${exponent - decimals - 1}`),
    text,
  };
}

function figure({ form, expected, units, bounds }: FigureOptions): ValueType<ExpectedFigure> {
  return {
    form,
    words: [],
    read(values, context) {
      const value = readSingle(values, context);
      if (!value) return undefined;
      const match = value.kind === 'quantity' ? figurePattern.exec(value.text) : null;
      if (value.kind !== 'quantity' || !match) {
        reportWrongValue(value, { expected }, context);
        return undefined;
      }
      const [, digits = '', unit = ''] = match;
      const exponent = units.get(unit);
      if (exponent === undefined) {
        context.report(
          'unknown-unit',
          {
            name: context.name,
            value: printable(value.text),
            unit: printable(unit),
            units: expected,
          },
          { span: { ...value.span, start: value.span.end - unit.length } },
        );
        return undefined;
      }
      const result = figureOf(value.text, digits, exponent);
      return checkBounds(result.value, bounds, value, context) ? result : undefined;
    },
    print: ({ text }) => text,
  };
}

/** A count: `25.58M`, `8.67G`, `25576264`. */
export const countFigure = figure({
  form: 'NUMBER[K | M | G | T]',
  expected: 'a number with K, M, G, T or no unit (25.58M, 8.67G)',
  units: new Map([
    ['', 0],
    ['K', 3],
    ['M', 6],
    ['G', 9],
    ['T', 12],
  ]),
  bounds: { least: 1, most: 1e18 },
});

/** A share: `79.1%` or `0.791`. */
export const shareFigure = figure({
  form: 'NUMBER% | FRACTION',
  expected: 'a percentage or a fraction (79.1%, 0.791)',
  units: new Map([
    ['', 0],
    ['%', -2],
  ]),
  bounds: {
    least: 0,
    most: 1,
    hint: (text) =>
      text.endsWith('%')
        ? 'A percentage is at most 100%.'
        : `Without a unit it is a fraction; the percentage is \`${text}%\`.`,
  },
});

/** Whether a figure agrees with what was expected, to the digits given. */
export function agreesWith(expected: ExpectedFigure, actual: number): boolean {
  // The slack lets a value that lies exactly half a unit away pass in binary too.
  return Math.abs(actual - expected.value) <= expected.tolerance * (1 + 1e-9);
}
