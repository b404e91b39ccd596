import { expect, test } from 'vitest';
import { chooseNetwork } from '../../../../codegen/weights/naming/choose-network.ts';
import { expectDiagnostic } from '../../../helpers/byte-sources.ts';
import { linear, smallBody, smallNetwork, under } from '../../../helpers/small-networks.ts';
import { fileOfShapes as fileOf } from '../../../helpers/unread-weights.ts';

const trained = (head: string) => [...under('backbone.', smallBody), ...linear(head, 5, 16)];

test.each([
  'criterion.net.',
  'loss.',
  'perceptual_loss.vgg.',
  'aux_net.',
  'projector.backbone.',
  'pretrained.',
  'frozen_model.',
  'reference.',
  'SourceEncoder.',
  'ema.',
  'teacher.',
])('a network under %s is left for one whose head has another name', (prefix) => {
  for (const head of ['head', 'classifier', 'backbone.classifier', 'strange']) {
    const other = under(prefix, smallNetwork);
    for (const groups of [
      [trained(head), other],
      [other, trained(head)],
    ]) {
      const { nameInFile, tensors } = chooseNetwork(fileOf(...groups));
      expect(nameInFile('conv1.weight')).toBe('backbone.conv1.weight');
      expect(nameInFile('fc.weight')).toBe(`${head}.weight`);
      expect(tensors.get('fc.weight')?.shape).toEqual([5, 16]);
    }
  }
});

test('a head of another name is as good as the one of the scheme', async () => {
  const file = fileOf(trained('backbone.classifier'), under('body.', smallNetwork));
  await expectDiagnostic(() => chooseNetwork(file), 'weights-several-networks');
});

test('a usual key tells networks with heads of different names apart', () => {
  const own = [...under('model.', smallBody), ...linear('model.classifier', 5, 16)];
  const file = fileOf(under('body.', smallNetwork), own);
  expect(chooseNetwork(file).nameInFile('fc.weight')).toBe('model.classifier.weight');
});

test('what only training has is taken where nothing else is there', () => {
  const file = fileOf(under('criterion.net.', smallNetwork));
  expect(chooseNetwork(file).nameInFile('fc.weight')).toBe('criterion.net.fc.weight');
});
