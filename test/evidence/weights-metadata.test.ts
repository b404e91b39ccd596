import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openWeights } from '../../codegen/weights/open-weights.ts';
import { gatherEvidence } from '../../src/evidence/gather.ts';
import { readWeightsMetadata } from '../../src/evidence/weights-metadata.ts';
import { memorySource } from '../helpers/byte-sources.ts';

const told = (metadata: Readonly<Record<string, string>>, channels = 3) =>
  readWeightsMetadata(new Map(Object.entries(metadata)), channels);

describe('what a weights file says of itself', () => {
  it('is taken under the keys that trainers use', () => {
    const metadata = {
      format: 'pt',
      epoch: '90',
      arch: 'resnet50d',
      num_classes: '3',
      class_names: '["cat", "dog", "bird"]',
      input_size: '[3, 288, 288]',
      mean: '(0.5, 0.4, 0.3)',
      std: '0.2,0.2,0.1',
    };
    expect(told(metadata)).toEqual({
      architecture: 'resnet50d',
      channels: 3,
      values: {
        classes: 3,
        input: { channels: 3, height: 288, width: 288 },
        'preprocess.mean': [0.5, 0.4, 0.3],
        'preprocess.std': [0.2, 0.2, 0.1],
      },
      beyond: [],
      labels: ['cat', 'dog', 'bird'],
    });
  });

  it.each([
    [{ classes: 'cat, dog,' }, { classes: 2 }, ['cat', 'dog']],
    [{ classes: '7' }, { classes: 7 }, undefined],
    [{ id2label: '{"1": "dog", "0": "cat"}' }, { classes: 2 }, ['cat', 'dog']],
    [{ input_size: '224' }, { input: { channels: 3, height: 224, width: 224 } }, undefined],
    [{ img_size: '192,256' }, { input: { channels: 3, height: 192, width: 256 } }, undefined],
    [
      { input_size: '[1, 32, 32]', mean: '[0.5]' },
      { input: { channels: 1, height: 32, width: 32 }, 'preprocess.mean': [0.5] },
      undefined,
    ],
    [
      { input_size: '[3, 64, 64]', crop_pct: '0.9' },
      {
        input: { channels: 3, height: 64, width: 64 },
        'preprocess.resize': 71,
        'preprocess.crop': 64,
      },
      undefined,
    ],
  ])('%j', (metadata, values, labels) => {
    expect(told(metadata)).toMatchObject({ values, labels });
    expect(Object.keys(told(metadata)?.values ?? {})).toEqual(Object.keys(values));
  });

  it.each([
    [{}],
    [{ format: 'pt' }],
    [{ mean: '[0.5, 0.5]', std: 'x', num_classes: '-1', classes: 'many' }],
    [{ id2label: '{"3": "dog", "9": "cat"}', labels: '[1, 2]', input_size: '{"a": 1}' }],
  ])('%j says nothing', (metadata) => {
    expect(told(metadata)).toBeUndefined();
  });

  it('tells sides of an input with the channels of the network', () => {
    expect(told({ image_size: '32', mean: '[0.5]' }, 1)?.values).toEqual({
      input: { channels: 1, height: 32, width: 32 },
      'preprocess.mean': [0.5],
    });
  });

  it('speaks of what no spec can say', () => {
    expect(told({ model_name: 'resnetaa50d' })?.values).toEqual({ 'anti-alias': 'average' });
  });

  it('is read whatever stands there', () => {
    const keys = fc.constantFrom('arch', 'classes', 'mean', 'input_size', 'labels', 'id2label');
    const anything = fc.dictionary(keys, fc.oneof(fc.string(), fc.json()));
    fc.assert(
      fc.property(anything, (metadata) => {
        expect(() => told(metadata)).not.toThrow();
      }),
    );
  });
});

describe('of a safetensors file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-metadata-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('comes before what lies beside it', async () => {
    const header = JSON.stringify({
      __metadata__: { num_classes: '3', epoch: 7, arch: 'resnet18' },
      a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    });
    const bytes = new Uint8Array(8 + header.length + 4);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    const path = join(folder, 'm.safetensors');
    writeFileSync(path, bytes);
    writeFileSync(join(folder, 'labels.txt'), 'cat\ndog\n');
    const { metadata } = await openWeights(memorySource(bytes));
    expect(metadata).toEqual(new Map(Object.entries({ num_classes: '3', arch: 'resnet18' })));
    expect(await gatherEvidence(path, { metadata, channels: 3, stages: 4 })).toMatchObject([
      {
        kind: 'metadata',
        source: 'the metadata of m.safetensors',
        architecture: 'resnet18',
        values: { classes: 3 },
      },
      { source: 'labels.txt', values: { classes: 2 } },
    ]);
  });
});
