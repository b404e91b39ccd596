/* Names and numbers of networks that cost the square of their length. Bounds are a hundred times what is needed. */
import { expect, test } from 'vitest';
import { chooseNetwork } from '../../../../codegen/weights/naming/choose-network.ts';
import { smallNetwork, under } from '../../../helpers/small-networks.ts';
import { fileOfShapes as fileOf, type NamedShape } from '../../../helpers/unread-weights.ts';

const long = 200_000;
const mostMs = 20_000;

test.each([
  ['loss', '-'],
  ['project', '-'],
  ['projection', '-'],
  ['metric', '-'],
  ['optimizer', '-'],
  ['preprocessor', '-'],
  ['._packed_params', '-'],
  ['.', 'weight'],
  ['a.', 'weight'],
])(
  'a name of many %j',
  (part, end) => {
    const name = `${part.repeat(Math.ceil(long / part.length))}${end}`;
    const { tensorCount } = chooseNetwork(fileOf(smallNetwork, [[name, [1]]]));
    expect(tensorCount).toBeGreaterThanOrEqual(smallNetwork.length);
  },
  mostMs,
);

test(
  'a number of many digits',
  () => {
    const name = `x.res${'1'.repeat(long)}_`;
    const { notes } = chooseNetwork(fileOf(smallNetwork, [[name, [1]]]));
    expect(notes).toHaveLength(1);
  },
  mostMs,
);

test(
  'a network under a prefix of many parts',
  () => {
    const deep = under('b.'.repeat(long / 2), smallNetwork);
    expect(chooseNetwork(fileOf(under('model.', smallNetwork), deep)).notes).toHaveLength(1);
  },
  mostMs,
);

/** A stem and a block: as little as makes a network. */
const least: readonly NamedShape[] = [
  ['conv1.weight', [0]],
  ['layer1.0.conv1.weight', [0]],
];
const many = Array.from({ length: 24_000 }, (_, i) => i);

test(
  'many networks and as many other names',
  () => {
    const copies = many.flatMap((i) => under(`a${i}_ema.`, least));
    const others = many.map((i): NamedShape => [`other${i}.count`, [1]]);
    const { notes } = chooseNetwork(fileOf(smallNetwork, copies, others));
    expect(notes.join()).toMatch(/24001 networks .* and 23992 more\.$/);
  },
  mostMs,
);

test(
  'many networks that no rule tells apart, and as many that may be their heads',
  () => {
    const copies = many.flatMap((i) => under(`a${i}.`, least));
    const others = many.map((i): NamedShape => [`other${i}.weight`, [10, 16]]);
    expect(() => chooseNetwork(fileOf(copies, others))).toThrow(/networks/);
  },
  mostMs,
);
