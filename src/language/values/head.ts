import { headText } from '../outputs.ts';
import type { Head } from '../spec.ts';
import { wholeNumber } from './numbers.ts';
import type { ValueType } from './value-type.ts';
import { choice } from './words.ts';

const kinds = choice('logits', 'softmax', 'features', 'embedding');
const size = wholeNumber({ least: 1, most: 65_536 });

/** A word; behind `embedding` how many numbers it has, where a linear layer makes them. */
export const headType: ValueType<Head> = {
  form: 'logits | softmax | features | embedding [NUMBER]',
  range: '1 to 65536',
  words: kinds.words,
  read(values, context) {
    const [word, number] = values;
    const isSized = word?.kind === 'word' && word.text === 'embedding' && number !== undefined;
    const kind = kinds.read(isSized ? [word] : values, context);
    if (kind === undefined) return undefined;
    if (kind !== 'embedding') return kind;
    if (!isSized) return { kind };
    const numbers = size.read(values.slice(1), context);
    return numbers === undefined ? undefined : { kind, size: numbers };
  },
  print: headText,
};
