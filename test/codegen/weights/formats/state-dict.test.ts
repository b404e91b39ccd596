import { describe, expect, it } from 'vitest';
import { openPdparams } from '../../../../codegen/weights/formats/pdparams.ts';
import { expectDiagnostic, memorySource } from '../../../helpers/byte-sources.ts';
import { arrayParts, op, type Part, pickle } from '../../../helpers/pickle-parts.ts';
import { float32Bytes } from '../../../helpers/weight-files.ts';

const array = arrayParts({ shape: [1], data: op.bytes(float32Bytes([1])) });

/** A dict of what a training script may save: a number is a tensor's name, a list of names is a dict of tensors. */
interface Saved {
  readonly [key: string]: Saved | 'tensor' | 'number';
}

function partOf(value: Saved | 'tensor' | 'number'): Part {
  if (value === 'tensor') return array;
  if (value === 'number') return op.int(7);
  const entries = Object.entries(value);
  return op.dict(...entries.map(([key, inner]) => [op.text(key), partOf(inner)] as const));
}

async function open(saved: Saved) {
  const { tensors, notes } = await openPdparams(memorySource(pickle(4, partOf(saved))));
  return { names: [...tensors.keys()], notes };
}

async function refusalOf(root: Part): Promise<string> {
  const work = () => openPdparams(memorySource(pickle(4, root)));
  return (await expectDiagnostic(work, 'weights-no-state-dict')).message;
}

/** Keys of training scripts, the ones that are preferred first. */
const usualKeys = [
  'state_dict',
  'model',
  'model_state_dict',
  'state_dict_model',
  'net',
  'network',
  'params',
  'ema',
  'model_ema',
  'state_dict_ema',
  'ema_state_dict',
  'params_ema',
];

describe('the dict of tensors', () => {
  it('is the top one, of which nothing is said', async () => {
    expect(await open({ a: 'tensor', b: 'tensor' })).toEqual({ names: ['a', 'b'], notes: [] });
  });

  it.each(usualKeys)('is the one under %s, also beside a tensor', async (key) => {
    expect(await open({ best_acc1: 'tensor', epoch: 'number', [key]: { a: 'tensor' } })).toEqual({
      names: ['a'],
      notes: [`Weights taken from '${key}'.`],
    });
  });

  it.each(
    usualKeys.slice(1).map((key, index) => [usualKeys[index] ?? '', key]),
  )('is the one under %s rather than under %s', async (better, worse) => {
    expect(await open({ [worse]: { b: 'tensor' }, [better]: { a: 'tensor' } })).toEqual({
      names: ['a'],
      notes: [`Weights taken from '${better}'; left aside: ${worse}.`],
    });
  });

  it('is the one under a usual key rather than under any other', async () => {
    expect(await open({ mine: { b: 'tensor' }, params_ema: { a: 'tensor' } })).toEqual({
      names: ['a'],
      notes: ["Weights taken from 'params_ema'; left aside: mine."],
    });
  });

  it('is the only one under a key that nobody knows', async () => {
    expect(await open({ mine: { a: 'tensor' }, epoch: 'number' })).toEqual({
      names: ['a'],
      notes: ["Weights taken from 'mine'."],
    });
  });

  it('is found three levels down and no further', async () => {
    const three = { model: { mine: { state_dict: { a: 'tensor' } } } } as const;
    expect(await open(three)).toEqual({
      names: ['a'],
      notes: ["Weights taken from 'model.mine.state_dict'."],
    });
    expect(await refusalOf(partOf({ net: three }))).toContain('but a dict of net.');
  });

  it('has eight others named', async () => {
    const others = Array.from({ length: 9 }, (_, i) => [`k${i}`, { b: 'tensor' }] as const);
    const { notes } = await open({ ...Object.fromEntries(others), model: { a: 'tensor' } });
    expect(notes).toEqual([
      "Weights taken from 'model'; left aside: k0, k1, k2, k3, k4, k5, k6, k7.",
    ]);
  });

  it('has tensors only: numbers and a table of names are none', async () => {
    const saved = {
      a: 'tensor',
      epoch: 'number',
      'StructuredToParameterName@@': 'tensor',
    } as const;
    expect(await open(saved)).toEqual({ names: ['a'], notes: [] });
  });
});

describe('a file without one', () => {
  it.each([
    ['an empty dict', op.emptyDict, 'an empty dict'],
    ['numbers', partOf({ epoch: 'number', lr: 'number' }), 'a dict of epoch, lr'],
    [
      'many numbers',
      partOf(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, 'number' as const]))),
      'a dict of k0, k1, k2, k3, k4, k5, k6, k7',
    ],
    ['a list', op.emptyList, 'a list'],
    ['a number', op.int(1), 'an integer'],
    ['tensors under numbers', op.dict([op.int(12), array]), 'tensors under numbers (12)'],
  ])('%s: it says what is there', async (_, root, found) => {
    expect(await refusalOf(root)).toBe(`'memory.bin' holds no state dict but ${found}.`);
  });
});
