import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../../codegen/architecture/lower.ts';
import { describeWeights } from '../../../../codegen/weights/inference/describe-weights.ts';
import { bindWeights } from '../../../../codegen/weights/naming/bind.ts';
import { chooseNetwork } from '../../../../codegen/weights/naming/choose-network.ts';
import { expectDiagnostic } from '../../../helpers/byte-sources.ts';
import { linear, smallBody, under } from '../../../helpers/small-networks.ts';
import { specOf } from '../../../helpers/specs.ts';
import { fileOfShapes as fileOf, type NamedShape } from '../../../helpers/unread-weights.ts';

const small = {
  stages: [1, 2],
  widths: [8, 16],
  classes: 10,
  input: { channels: 3, height: 64, width: 64 },
};
const fc = linear('fc', 10, 16);
const layers = 'its head has more than one layer';
const cases: readonly (readonly [string, readonly NamedShape[], string])[] = [
  ['a layer as wide as the features in front', [...linear('embedding', 16, 16), ...fc], layers],
  [
    'two in front that end as wide',
    [...linear('up', 32, 16), ...linear('down', 16, 32), ...fc],
    layers,
  ],
  ['a narrower one in front', [...linear('embed', 4, 16), ...linear('fc', 10, 4)], layers],
  [
    'a projection in the container of the head',
    [...linear('classifier.projection', 16, 16), ...linear('classifier.fc', 10, 16)],
    `${layers} ('classifier.projection.weight')`,
  ],
  [
    'a norm without statistics',
    [['norm.weight', [16]], ['norm.bias', [16]], ...fc],
    `${layers} ('norm.weight')`,
  ],
  ['a scale', [['scale', [16]], ...fc], `${layers} ('scale')`],
  ...['pool', 'gem', 'avgpool', 'global_pool', 'head.global_pool', 'pool.gem'].map(
    (name) =>
      [
        `a power under ${name}`,
        [[`${name}.p`, [1]], ...fc],
        'it pools with a trained power',
      ] as const,
  ),
  [
    'weight norm',
    [
      ['fc.weight_g', [10, 1]],
      ['fc.weight_v', [10, 16]],
      ['fc.bias', [10]],
    ],
    'remove_weight_norm',
  ],
  [
    'parametrizations',
    [
      ['fc.parametrizations.weight.original0', [10, 1]],
      ['fc.parametrizations.weight.original1', [10, 16]],
      ['fc.bias', [10]],
    ],
    'remove_parametrizations',
  ],
];

describe('what stands between the stages and the answer is not left out', () => {
  describe.each([
    ['', ''],
    ['model.', 'model.'],
    ['backbone.', ''],
  ])('stages under %j, head under %j', (prefix, at) => {
    test.each(cases)('%s', async (_, head, reason) => {
      const file = fileOf(under(prefix, smallBody), under(at, head));
      const { message } = await expectDiagnostic(
        () => describeWeights(file),
        'weights-network-unsupported',
      );
      expect(message).toContain(reason.replace("('", `('${at}`));
      const work = () => bindWeights(lowerSpec(specOf(small)), file);
      await expectDiagnostic(work, 'weights-do-not-fit');
    });
  });

  test('with the stages, while the head stands outside', async () => {
    const body = [...smallBody, ['norm.weight', [16]], ['norm.bias', [16]]] as const;
    for (const more of [[], linear('embedding', 16, 16)]) {
      const file = fileOf(under('backbone.', [...body, ...more]), linear('head.fc', 10, 16));
      const work = () => describeWeights(file);
      const { message } = await expectDiagnostic(work, 'weights-network-unsupported');
      expect(message).toContain(layers);
    }
  });
});

describe('what takes no part is left aside', () => {
  test.each<readonly [string, readonly NamedShape[]]>([
    ['another answer', linear('age', 5, 16)],
    ['an embedding', linear('embedding', 4, 16)],
    ['a layer of other inputs, and its bias', linear('text', 16, 7)],
    ['centres of a loss', [['center', [16]]]],
    ['what a loss weighs by', [['fc.loss.weight', [10]]]],
    ['a projection of training', linear('projector', 16, 16)],
  ])('%s', (_, more) => {
    const file = fileOf(smallBody, fc, more);
    expect(describeWeights(file).classes).toBe(10);
    expect(chooseNetwork(file).notes.join()).toContain('left aside');
  });
});

describe('a head of a name that training has too', () => {
  test.each(['projection', 'predictor', 'proj'])('%s is taken where there is no other', (name) => {
    const file = fileOf(smallBody, linear(name, 10, 16));
    expect(describeWeights(file).classes).toBe(10);
    expect(chooseNetwork(file).notes).toEqual([`Its linear layer is '${name}'.`]);
    const both = fileOf(smallBody, linear(name, 12, 16), linear('strange', 10, 16));
    expect(chooseNetwork(both).nameInFile('fc.weight')).toBe('strange.weight');
  });

  test.each([
    'criterion',
    'arc_loss',
    'aux_classifier',
    'optimizer.state',
  ])('%s is none', (name) => {
    const file = fileOf(smallBody, linear(name, 10, 16));
    expect(describeWeights(file).head).toBe('features');
    expect(chooseNetwork(file).notes.join()).toContain(`left aside: ${name}.weight`);
  });
});
