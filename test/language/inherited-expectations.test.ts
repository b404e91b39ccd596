import { describe, expect, it } from 'vitest';
import { allProperties, groups, properties } from '../../src/language/properties.ts';
import type { Property } from '../../src/language/property.ts';
import { load } from '../helpers/language.ts';

const base = `model a {
  depth 50  variant vd  input 3x224x224  classes 1000  weights "a.pth"
  preprocess { resize 256  crop 224 }
  expect { params 25.58M  flops 8.67G  top1 79.1%  top5 94.4% }
}`;

const all = ['params', 'flops', 'top1', 'top5'];

/** What a model takes over from the base, and why not the rest. */
const changes: readonly [own: string, kept: readonly string[], dropped: string][] = [
  ['', all, ''],
  ['head softmax', all, ''],
  ['labels "pets.txt"', all, ''],
  ['depth 50  classes 1000  stem deep', all, ''],
  ['input 224', all, ''],
  ['reference { input "i.npy"  logits "l.npy" }', all, ''],
  ['classes 37', [], 'params, flops, top1, top5 (changed: classes)'],
  [
    'classes 37  weights "b.pth"',
    [],
    'params, flops (changed: classes); top1, top5 (changed: classes, weights)',
  ],
  ['weights "b.pth"', ['params', 'flops'], 'top1, top5 (changed: weights)'],
  ['weights timm "a.pth"', ['params', 'flops'], 'top1, top5 (changed: weights)'],
  ['preprocess { color bgr }', ['params', 'flops'], 'top1, top5 (changed: preprocess.color)'],
  [
    'input 320  preprocess { resize 320  crop 320 }',
    ['params'],
    'flops (changed: input); top1, top5 (changed: input, preprocess.resize, preprocess.crop)',
  ],
  ['input 1x224x224', [], 'params, flops, top1, top5 (changed: input)'],
  ['stride in conv1', ['params'], 'flops, top1, top5 (changed: stride)'],
  ['depth 101', [], 'params, flops, top1, top5 (changed: depth)'],
  ['variant vc', [], 'params, flops, top1, top5 (changed: variant)'],
  ['widths [32, 64, 128, 256]', [], 'params, flops, top1, top5 (changed: widths)'],
];

describe('what a model takes over of the expectations of its base', () => {
  it.each(changes)('%j', async (own, kept, dropped) => {
    const { models, diagnostics } = await load(`${base} model b extends a { ${own} }`);
    expect(Object.keys(models[1]?.expect ?? {})).toEqual(kept);
    const notes = diagnostics.filter(({ severity }) => severity === 'note');
    expect(notes.map(({ code, message }) => [code, message])).toEqual(
      dropped === ''
        ? []
        : [['expectation-not-inherited', `Model 'b' is not held to what 'a' expects: ${dropped}.`]],
    );
  });

  it('its own stay, and go on along the chain', async () => {
    const { models, diagnostics } = await load(
      `${base} model b extends a { classes 37  expect { params 23.60M  top1 90% } } model c extends b { head softmax }`,
    );
    expect(models.slice(1).map(({ expect: { params, ...rest } }) => [params?.text, rest])).toEqual([
      ['23.60M', { top1: expect.objectContaining({ text: '90%' }) }],
      ['23.60M', { top1: expect.objectContaining({ text: '90%' }) }],
    ]);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      "Model 'b' is not held to what 'a' expects: flops, top5 (changed: classes).",
    ]);
  });

  it('the same path in another folder is another weights file', async () => {
    const { models } = await load('use "zoo/a.rn" model b extends a { weights "a.pth" }', {
      'zoo/a.rn': base,
    });
    expect(Object.keys(models[0]?.expect ?? {})).toEqual(['params', 'flops']);
  });
});

it('expectations name properties, groups or parts of a value in their rows', () => {
  const known = [
    ...allProperties,
    ...Object.keys(groups),
    'input.height',
    'input.width',
    'head.softmax',
  ];
  for (const name of allProperties) {
    const row: Pick<Property<unknown>, 'unaffectedBy'> = properties[name];
    expect(row.unaffectedBy !== undefined).toBe(name.startsWith('expect.'));
    expect((row.unaffectedBy ?? []).filter((other) => !known.includes(other))).toEqual([]);
  }
});
