import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { depths } from '../../src/language/depths.ts';
import { draftOf, shortestProperties } from '../../src/language/draft.ts';
import { printSpec } from '../../src/language/print.ts';
import type { PropertyValues } from '../../src/language/properties.ts';
import { specToJson } from '../../src/language/spec-json.ts';
import { load, specIn } from '../helpers/language.ts';

const path = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
  .map((name) => `${name.replaceAll('/', '_')}.x`);

const count = fc.tuple(
  fc.integer({ min: 1, max: 9999 }),
  fc.nat(99),
  fc.constantFrom('', 'K', 'M', 'G', 'T'),
);
const countFigure = count.map(([whole, part, unit]) =>
  figure(`${whole}.${String(part).padStart(2, '0')}`, unit),
);
const shareFigure = fc.nat(999).map((permille) => figure((permille / 10).toFixed(1), '%'));
const exponents: Readonly<Record<string, number>> = { '': 0, K: 3, M: 6, G: 9, T: 12, '%': -2 };

function figure(digits: string, unit: string) {
  const exponent = exponents[unit] ?? 0;
  const decimals = digits.split('.')[1]?.length ?? 0;
  return {
    value: Number(`${digits}e${exponent}`),
    tolerance: Number(`5e${exponent - decimals - 1}`),
    text: `${digits}${unit}`,
  };
}

const byDepth = fc.constantFrom(...depths.keys()).map((depth) => ({ depth }));
const byStages = fc.integer({ min: 1, max: 4 }).chain((stages) =>
  fc.record({
    block: fc.constantFrom('basic' as const, 'bottleneck' as const),
    stages: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: stages, maxLength: stages }),
    widths: fc.array(fc.integer({ min: 1, max: 600 }), { minLength: stages, maxLength: stages }),
  }),
);

// Minus zero is written, and read back, as zero.
const meanNumber = fc.double({ min: -1, max: 1, noNaN: true }).map((number) => number + 0);

/** Properties that mean something in every network. */
const others = fc.record(
  {
    variant: fc.constantFrom('vb' as const, 'vc' as const, 'vd' as const),
    input: fc
      .integer({ min: 32, max: 600 })
      .chain((height) =>
        fc.integer({ min: 32, max: 600 }).map((width) => ({ channels: 3, height, width })),
      ),
    classes: fc.integer({ min: 1, max: 1_000_000 }),
    head: fc.constantFrom('logits' as const, 'softmax' as const),
    labels: path,
    'preprocess.mean': fc.array(meanNumber, {
      minLength: 3,
      maxLength: 3,
    }),
    'preprocess.color': fc.constantFrom('rgb' as const, 'bgr' as const),
    'expect.params': countFigure,
    'expect.flops': countFigure,
    'expect.top1': shareFigure,
    weights: fc.record(
      { scheme: fc.constantFrom('paddleclas', 'timm'), path },
      { requiredKeys: ['path'] },
    ),
    'reference.input': path,
    'reference.logits': path,
  },
  { requiredKeys: ['reference.input', 'reference.logits'] },
);

const properties: fc.Arbitrary<PropertyValues> = fc
  .tuple(fc.oneof(byDepth, byStages), others)
  .map(([network, rest]) => ({ ...network, ...rest }));

describe('printSpec', () => {
  it('writes what reads back the same: values to text to spec to text to spec', async () => {
    await fc.assert(
      fc.asyncProperty(properties, async (values) => {
        const spec = await specIn(printSpec({ name: 'm', properties: values }));
        expect(spec).toMatchObject(meantBy(values));
        const again = await specIn(printSpec(draftOf(spec)));
        expect(specToJson(again)).toEqual(specToJson(spec));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves nothing out of a draft, and nothing in it that would hold anyway', async () => {
    const spec = await specIn(
      'model m { depth 50  block bottleneck  stem deep  shortcut avgpool  classes 1000  head softmax  expansion 4 }',
    );
    expect(draftOf(spec).properties).toEqual({ depth: 50, variant: 'vd', head: 'softmax' });
  });

  it('keeps block and stages, which no default may stand for', () => {
    const values = { block: 'bottleneck', stages: [3, 4, 6, 3] } as const;
    expect(shortestProperties(values)).toEqual(values);
  });

  it('writes a spec as a person would, with what nobody has told as comments', async () => {
    const text = printSpec({
      name: 'resnet50_vd',
      comment: ['Written from ResNet50_vd_pretrained.pdparams.'],
      properties: {
        depth: 50,
        variant: 'vd',
        classes: 1000,
        'preprocess.crop': 224,
        'preprocess.color': 'rgb',
        weights: { scheme: 'paddleclas', path: 'a "b".pdparams', key: 'model_ema' },
        'expect.params': figure('25.58', 'M'),
      },
      assumed: [{ property: 'input', assumed: '3x224x224', reason: 'no weights file\ntells it' }],
    });
    expect(text).toMatchInlineSnapshot(`
      "# Written from ResNet50_vd_pretrained.pdparams.
      model resnet50_vd {
        depth       50
        variant     vd
        classes     1000
        weights     paddleclas "a \\"b\\".pdparams" key "model_ema"
        preprocess  { crop 224  color rgb }
        expect      { params 25.58M }
        # input     3x224x224
        #   no weights file tells it
      }
      "
    `);
    expect((await load(text)).diagnostics).toEqual([]);
    const told = text.replace('# input', 'input').replace('3x224x224', '3x256x224');
    expect((await load(told)).diagnostics.map(({ code }) => code)).toEqual([
      'preprocess-misses-input',
    ]);
  });

  it('breaks a group that is too long for a line', async () => {
    const mean = [0.123456789, 0.123456789, 0.123456789];
    const text = printSpec({
      name: 'm',
      extends: 'b',
      properties: { 'preprocess.mean': mean, 'preprocess.std': mean, 'preprocess.crop': 224 },
    });
    expect(text.split('\n')).toContain('    crop 224');
    const { models } = await load(`model b { depth 18 } ${text}`);
    expect(models[1]?.preprocess.mean).toEqual(mean);
  });

  it('finds the way back to files beside a spec in another folder', async () => {
    const spec = await specIn('use "zoo/b.rn" model m extends b { classes 3 }', {
      'zoo/b.rn': 'model b { depth 18 labels "../x/l.txt" weights "/abs/w.pth" }',
    });
    expect(draftOf({ ...spec, file: 'zoo/new.rn' }).properties).toMatchObject({
      labels: '../x/l.txt',
      weights: { path: '/abs/w.pth' },
    });
  });
});

/** What the printed values must be found as in the spec. */
function meantBy(values: PropertyValues) {
  const { depth, block, stages, widths, input, classes, head, labels } = values;
  const plain = { depth, block, stages, widths, input, classes, head, labels };
  const expected = {
    params: values['expect.params'],
    flops: values['expect.flops'],
    top1: values['expect.top1'],
  };
  return {
    ...defined(plain),
    ...defined({ weights: values.weights }),
    expect: defined(expected),
    preprocess: defined({ mean: values['preprocess.mean'], color: values['preprocess.color'] }),
  };
}

function defined(fields: object) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
