/* Configurations as timm 1.0.31, transformers 5.24.0 and PaddleClas 2.6 write them, shortened to what is read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatherEvidence } from '../../src/evidence/gather.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-evidence-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What is told of weights of a name that have these neighbours. */
async function told(weights: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, weights), '');
  return await gatherEvidence(join(folder, weights));
}

const timm = {
  architecture: 'resnet50d',
  num_classes: 3,
  global_pool: 'avg',
  label_names: ['cat', 'dog', 'bird'],
  pretrained_cfg: {
    input_size: [3, 224, 224],
    test_input_size: [3, 288, 288],
    interpolation: 'bicubic',
    crop_pct: 0.95,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
};

describe("timm's config.json", () => {
  it('tells classes, input and preprocessing', async () => {
    expect(await told('model.safetensors', { 'config.json': JSON.stringify(timm) })).toEqual([
      {
        source: 'config.json',
        architecture: 'resnet50d',
        values: {
          classes: 3,
          input: { channels: 3, height: 224, width: 224 },
          // 224 / 0.95 = 235.8: timm rounds down.
          'preprocess.resize': 235,
          'preprocess.crop': 224,
          'preprocess.mean': [0.485, 0.456, 0.406],
          'preprocess.std': [0.229, 0.224, 0.225],
          'preprocess.interpolation': 'bicubic',
          'preprocess.antialias': true,
        },
        beyond: [],
        labels: ['cat', 'dog', 'bird'],
      },
    ]);
  });

  it('tells of what no spec can say', async () => {
    const config = { ...timm, architecture: 'resnetaa50d', global_pool: 'catavgmax' };
    const [evidence] = await told('model.safetensors', { 'config.json': JSON.stringify(config) });
    expect(evidence?.beyond).toEqual([
      'anti-aliasing by average pools',
      "the global pool 'catavgmax'",
    ]);
  });
});

describe("transformers' files", () => {
  const config = {
    model_type: 'resnet',
    layer_type: 'bottleneck',
    hidden_act: 'relu',
    downsample_in_bottleneck: true,
    downsample_in_first_stage: false,
    id2label: { '0': 'cat', '1': 'dog', '2': 'bird' },
  };
  const processor = {
    image_processor_type: 'ConvNextImageProcessor',
    crop_pct: 0.875,
    resample: 3,
    size: { shortest_edge: 224 },
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  };

  it('tell the stride, labels and preprocessing', async () => {
    const found = await told('model.safetensors', {
      'config.json': JSON.stringify(config),
      'preprocessor_config.json': JSON.stringify(processor),
    });
    expect(found).toMatchObject([
      {
        source: 'config.json',
        values: { classes: 3, block: 'bottleneck', stride: 'conv1' },
        labels: ['cat', 'dog', 'bird'],
      },
      {
        source: 'preprocessor_config.json',
        values: {
          input: { channels: 3, height: 224, width: 224 },
          'preprocess.resize': 256,
          'preprocess.crop': 224,
          'preprocess.interpolation': 'bicubic',
          'preprocess.mean': [0.5, 0.5, 0.5],
        },
        beyond: [],
      },
    ]);
  });

  it('name no class where they only number them', async () => {
    const numbered = { ...config, id2label: { '0': 'LABEL_0', '1': 'LABEL_1' } };
    const [found] = await told('model.safetensors', { 'config.json': JSON.stringify(numbered) });
    expect(found?.labels).toBeUndefined();
    expect(found?.values.classes).toBe(2);
  });

  it('tell of pictures that are squeezed, of an activation and of a first stage that halves', async () => {
    const found = await told('model.safetensors', {
      'config.json': JSON.stringify({
        ...config,
        hidden_act: 'silu',
        downsample_in_first_stage: true,
      }),
      'preprocessor_config.json': JSON.stringify({ ...processor, size: { shortest_edge: 384 } }),
    });
    expect(found.flatMap(({ beyond }) => beyond)).toEqual([
      "the activation 'silu'",
      'a first stage that halves',
      'pictures squeezed to 384 × 384 without a crop',
    ]);
    expect(found[1]?.values).not.toHaveProperty('preprocess.crop');
  });

  it('of another model say nothing', async () => {
    const vit = JSON.stringify({ model_type: 'vit', id2label: { '0': 'cat' } });
    expect(await told('model.safetensors', { 'config.json': vit })).toEqual([]);
  });
});

describe("PaddleClas' configurations", () => {
  const training = `
Arch:
  name: ResNet50_vd
  class_num: 102
DataLoader:
  Train: { dataset: { transform_ops: [ { CropImage: { size: 1 } } ] } }
  Eval:
    dataset:
      transform_ops:
        - DecodeImage: { to_rgb: True, channel_first: False }
        - ResizeImage: { resize_short: 256 }
        - CropImage: { size: 224 }
        - NormalizeImage:
            scale: 1.0/255.0
            mean: [0.485, 0.456, 0.406]
            std: [0.229, 0.224, 0.225]
            order: ''
`;

  it('tell classes, the shortcut of a vd and the preparation of the evaluation', async () => {
    const [found] = await told('best_model.pdparams', { 'ResNet50_vd.yaml': training });
    expect(found).toEqual({
      source: 'ResNet50_vd.yaml',
      architecture: 'ResNet50_vd',
      values: {
        classes: 102,
        shortcut: 'avgpool',
        input: { channels: 3, height: 224, width: 224 },
        'preprocess.resize': 256,
        'preprocess.crop': 224,
        'preprocess.antialias': false,
        'preprocess.mean': [0.485, 0.456, 0.406],
        'preprocess.std': [0.229, 0.224, 0.225],
      },
      beyond: [],
      labels: undefined,
    });
  });

  it('scale means of 0 to 255, and see that PIL filters', async () => {
    const text = training
      .replace('1.0/255.0', '1')
      .replace('[0.485, 0.456, 0.406]', '[123.675, 116.28, 103.53]')
      .replace('[0.229, 0.224, 0.225]', '[58.395, 57.12, 57.375]')
      .replace('resize_short: 256', 'resize_short: 256, backend: pil, interpolation: bicubic');
    const [found] = await told('m.pdparams', { 'any.yml': text });
    expect(found?.values).toMatchObject({
      'preprocess.mean': [0.485, 0.456, 0.406],
      'preprocess.std': [0.229, 0.224, 0.225],
      'preprocess.interpolation': 'bicubic',
      'preprocess.antialias': true,
    });
  });

  it('of a ReID network tell of its last stage', async () => {
    const text =
      'Arch: { name: RecModel, Backbone: { name: ResNet50_last_stage_stride1 }, Head: { class_num: 5 } }';
    const [found] = await told('m.pdparams', { 'reid.yaml': text });
    expect(found?.beyond).toEqual(['a last stage that does not halve']);
  });

  it('of an exported model tell labels', async () => {
    const text =
      'Global: { model_name: ResNet18 }\nPostProcess: { Topk: { topk: 5, label_list: [cat, dog] } }\nPreProcess: { transform_ops: [ { ResizeImage: { size: 96 } } ] }';
    const [found] = await told('m.pdparams', { 'inference.yml': text, 'other.yml': training });
    expect(found).toMatchObject({
      source: 'inference.yml',
      architecture: 'ResNet18',
      labels: ['cat', 'dog'],
      values: { input: { channels: 3, height: 96, width: 96 } },
    });
  });

  it('are not taken where several lie there and none is named as the weights', async () => {
    const files = { 'a.yaml': training, 'b.yaml': training };
    expect(await told('m.pdparams', files)).toEqual([]);
    expect(await told('b_best.pdparams', files)).toMatchObject([{ source: 'b.yaml' }]);
  });
});

describe('a list of labels', () => {
  it('is found beside the weights, the one of their name first', async () => {
    const [first] = await told('pets.pth', { 'labels.txt': 'a\nb\n', 'pets.labels.txt': 'x\ny\n' });
    expect(first).toMatchObject({
      source: 'pets.labels.txt',
      labels: ['x', 'y'],
      labelsFile: join(folder, 'pets.labels.txt'),
    });
  });
});

describe("a file's own name", () => {
  it.each([
    ['ResNet50_vd_pretrained.pdparams', { shortcut: 'avgpool' }, []],
    ['Fix_ResNet50_vd_ssld_v2.pdparams', { shortcut: 'avgpool' }, []],
    ['ResNet50_vc.pdparams', { shortcut: 'projection' }, []],
    ['resnetblur50.bt_in1k.safetensors', {}, ['anti-aliasing by blur pools']],
    ['resnetaa50d.sw_in12k.safetensors', {}, ['anti-aliasing by average pools']],
    ['ResNet50_last_stage_stride1.pdparams', {}, ['a last stage that does not halve']],
    ['resnet50_os8.pth', {}, ['dilated stages']],
  ])('%s', async (name, values, beyond) => {
    expect(await told(name, {})).toEqual([{ source: name, values, beyond }]);
  });

  it.each([
    'resnet50.pth',
    'resnet50d_ra2.safetensors',
    'aaron.pth',
    'photos8.pth',
    'best.pdparams',
  ])('%s says nothing', async (name) => {
    expect(await told(name, {})).toEqual([]);
  });
});

describe('neighbours that cannot be read', () => {
  it('are as if they were not there', async () => {
    mkdirSync(join(folder, 'labels.txt'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'config.json'));
    const files = { 'preprocessor_config.json': '{ "size": ', 'a.yaml': 'Arch: [\n' };
    expect(await told('m.pth', files)).toEqual([]);
  });

  it('whatever stands in them', async () => {
    const anything = fc.oneof(fc.string(), fc.json());
    await fc.assert(
      fc.asyncProperty(anything, anything, async (json, yaml) => {
        const files = {
          'config.json': json,
          'preprocessor_config.json': json,
          'm.yaml': yaml,
        };
        expect(Array.isArray(await told('m.pth', files))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
