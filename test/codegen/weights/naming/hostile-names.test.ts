/* Names and numbers of networks that cost the square of their length: minutes, where they now take a second. */
import { expect, test } from 'vitest';
import { chooseNetwork } from '../../../../codegen/weights/naming/choose-network.ts';
import { findBodies } from '../../../../codegen/weights/naming/find-bodies.ts';
import { notesOn } from '../../../../codegen/weights/naming/network-notes.ts';
import { bestBodies } from '../../../../codegen/weights/naming/rank-bodies.ts';
import { smallNetwork, under } from '../../../helpers/small-networks.ts';
import { fileOfShapes as fileOf } from '../../../helpers/unread-weights.ts';

const long = 200_000;
const mostMs = 60_000;

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

const [first] = findBodies(
  smallNetwork.map(([name]) => name),
  () => true,
);
if (!first) throw new Error('no network');
const copies = Array.from({ length: long }, (_, i) => ({ ...first, prefix: `a${i}.` }));

test(
  'many networks and as many names that are of none',
  () => {
    const ignored = copies.map((_, i) => `other${i}.count`);
    const head = { weight: 'fc.weight', bias: 'fc.bias', surplus: [] };
    const notes = notesOn({ body: first, head, others: copies, ignored, rawOf: (name) => name });
    expect(notes.join()).toMatch(/200001 networks .* and 199992 more\.$/);
  },
  mostMs,
);

test(
  'of many networks that no rule tells apart no heads are looked for',
  () => {
    let searches = 0;
    const findsHead = () => {
      searches++;
      return false;
    };
    const headless = copies.map((copy) => ({ ...copy, hasHead: false }));
    expect(bestBodies(headless, findsHead)).toHaveLength(long);
    expect(searches).toBe(0);
    expect(bestBodies(headless.slice(0, 3), findsHead)).toHaveLength(3);
    expect(searches).toBe(3);
  },
  mostMs,
);
