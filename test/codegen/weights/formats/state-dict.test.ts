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

async function namesIn(saved: Saved): Promise<readonly string[]> {
  const { tensors } = await openPdparams(memorySource(pickle(4, partOf(saved))));
  return [...tensors.keys()];
}

async function refusalOf(root: Part): Promise<string> {
  const work = () => openPdparams(memorySource(pickle(4, root)));
  return (await expectDiagnostic(work, 'weights-no-state-dict')).message;
}

describe('the tensors of a checkpoint', () => {
  it('are named by the keys that lead to them', async () => {
    expect(await namesIn({ a: 'tensor', b: 'tensor' })).toEqual(['a', 'b']);
    const wrapped = {
      best: 'tensor',
      epoch: 'number',
      model: { a: 'tensor' },
      ema: { a: 'tensor' },
    };
    expect(await namesIn(wrapped as Saved)).toEqual(['best', 'model.a', 'ema.a']);
  });

  it('are found three levels down and no further', async () => {
    const three = { model: { mine: { state_dict: { a: 'tensor' } } } } as const;
    expect(await namesIn(three)).toEqual(['model.mine.state_dict.a']);
    expect(await refusalOf(partOf({ net: three }))).toContain('but a dict of net.');
  });

  it.each([
    'optimizer',
    'optimizer_states',
    'optimiser',
    'lr_scheduler',
    'scaler',
  ])('are not those that a training goes on with: %s', async (key) => {
    expect(await namesIn({ [key]: { a: 'tensor' }, net: { b: 'tensor' } })).toEqual(['net.b']);
  });

  it('are tensors only: numbers and a table of names are none', async () => {
    const saved = {
      a: 'tensor',
      epoch: 'number',
      'StructuredToParameterName@@': 'tensor',
    } as const;
    expect(await namesIn(saved)).toEqual(['a']);
  });

  it('have one name each', async () => {
    const twice = { 'a.b': 'tensor', a: { b: 'tensor' } } as const;
    expect(await refusalOf(partOf(twice))).toContain("two tensors 'a.b'");
  });

  it('are looked for once in a dict that stands in several places', async () => {
    const inner = [op.dict([op.text('a'), array]), op.put(0)];
    const root = op.dict([op.text('x'), inner], [op.text('y'), op.get(0)]);
    const { tensors } = await openPdparams(memorySource(pickle(4, root)));
    expect([...tensors.keys()]).toEqual(['x.a']);
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
