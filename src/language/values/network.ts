import { printable } from '../../diagnostics/printable.ts';
import { depths } from '../depths.ts';
import type { InputSize } from '../spec.ts';
import { type Bounds, checkBounds, rangeText } from './numbers.ts';
import { readSingle, reportWrongValue, type ValueType } from './value-type.ts';

/** One of the known depths. */
export const knownDepth: ValueType<number> = {
  form: [...depths.keys()].join(' | '),
  words: [],
  wordsAfter: (written) => (written.length === 0 ? [...depths.keys()].map(String) : []),
  read(values, context) {
    const value = readSingle(values, context);
    if (!value) return undefined;
    if (value.kind !== 'quantity' || !/^[+-]?\d+$/.test(value.text)) {
      reportWrongValue(value, { expected: 'a whole number' }, context);
      return undefined;
    }
    const depth = Number(value.text);
    if (depths.has(depth)) return depth;
    context.report(
      'unknown-depth',
      { depth: printable(value.text), depths: [...depths.keys()] },
      { span: value.span },
    );
    return undefined;
  },
  print: String,
};

interface SizeBounds {
  readonly channels: Bounds;
  readonly side: Bounds;
}

/** An input size: `224`, `192x256` (height, width) or `1x28x28`; three channels unless given. */
export function inputSize({ channels, side }: SizeBounds): ValueType<InputSize> {
  return {
    form: '[[CHANNELSx]HEIGHTx]WIDTH',
    range: `channels ${rangeText(channels)}, height and width ${rangeText(side)}`,
    words: [],
    read(values, context) {
      const value = readSingle(values, context);
      if (!value) return undefined;
      if (value.kind !== 'quantity' || !/^\d+(x\d+){0,2}$/.test(value.text)) {
        const expected = 'a size such as 224 or 3x224x224 (channels, height, width)';
        reportWrongValue(value, { expected }, context);
        return undefined;
      }
      const numbers = value.text.split('x').map(Number);
      const width = numbers.at(-1) ?? 0;
      const size = { channels: numbers.at(-3) ?? 3, height: numbers.at(-2) ?? width, width };
      const inBounds = (name: string, number: number, bounds: Bounds) =>
        checkBounds(
          number,
          bounds,
          { text: String(number), span: value.span },
          { ...context, name: `input ${name}` },
        );
      const fits =
        inBounds('channels', size.channels, channels) &&
        inBounds('height', size.height, side) &&
        inBounds('width', size.width, side);
      return fits ? size : undefined;
    },
    print: ({ channels: depth, height, width }) => `${depth}x${height}x${width}`,
  };
}
