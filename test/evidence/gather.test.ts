/* Configurations as timm 1.0.31, transformers 5.24.0 and PaddleClas 2.6 write them, shortened to what is read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gatherEvidence } from '../../src/evidence/gather.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-evidence-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What is told of weights of a name that have these neighbours, of a network that takes so many channels. */
async function told(weights: string, files: Readonly<Record<string, string>>, channels = 3) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, weights), '');
  return await gatherEvidence(join(folder, weights), { channels, stages: 4 });
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
        kind: 'file',
        source: 'config.json',
        architecture: 'resnet50d',
        channels: 3,
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
          pool: 'average',
        },
        beyond: [],
        labels: ['cat', 'dog', 'bird'],
      },
    ]);
  });

  it('tells what leaves no trace in names and shapes', async () => {
    const config = { ...timm, architecture: 'resnetaa50d', global_pool: 'catavgmax' };
    const [evidence] = await told('model.safetensors', { 'config.json': JSON.stringify(config) });
    expect(evidence?.beyond).toEqual([]);
    expect(evidence?.values).toMatchObject({ 'anti-alias': 'average', pool: 'catavgmax' });
  });

  it('tells of arguments that leave no trace in names and shapes, and of crops that are none', async () => {
    const model_args = { act_layer: 'silu', aa_layer: 'avg', output_stride: 16, drop_rate: 0.1 };
    const pretrained_cfg = { ...timm.pretrained_cfg, crop_mode: 'squash' };
    const config = { ...timm, model_args, pretrained_cfg };
    const [evidence] = await told('m.safetensors', { 'config.json': JSON.stringify(config) });
    expect(evidence?.beyond).toEqual([
      'another activation than ReLU (act_layer silu)',
      'pictures of changed proportions (crop_mode squash)',
    ]);
    expect(evidence?.values).toMatchObject({
      'anti-alias': 'average',
      strides: [1, 2, 2, 1],
      dilations: [1, 1, 1, 2],
    });
  });

  it('of the usual arguments has nothing to tell', async () => {
    const model_args = { act_layer: 'relu', aa_layer: null, output_stride: 32, in_chans: 3 };
    const pretrained_cfg = { ...timm.pretrained_cfg, crop_mode: 'center' };
    const config = { ...timm, model_args, pretrained_cfg };
    const [evidence] = await told('m.safetensors', { 'config.json': JSON.stringify(config) });
    expect(evidence?.beyond).toEqual([]);
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

  it('tell the sizes of blocks and stages, and the channels', async () => {
    const sizes = { depths: [3, 4], embedding_size: 64, hidden_sizes: [256, 512], num_channels: 1 };
    const [found] = await told('m', { 'config.json': JSON.stringify({ ...config, ...sizes }) });
    expect(found).toMatchObject({
      channels: 1,
      values: {
        block: 'bottleneck',
        stages: [3, 4],
        widths: [64, 128],
        expansion: 4,
        'stem-widths': [64],
      },
    });
    const basic = { ...config, ...sizes, layer_type: 'basic' };
    const [other] = await told('m', { 'config.json': JSON.stringify(basic) });
    expect(other?.values).toMatchObject({ widths: [256, 512], expansion: 1 });
    // A basic block has no 1×1 convolution to carry the stride.
    expect(other?.values).not.toHaveProperty('stride');
  });

  it.each([
    [{ depths: [3, 0] }, 'stages'],
    [{ depths: [1.5] }, 'stages'],
    [{ depths: [] }, 'stages'],
    [{ depths: [1, 1, 1, 1, 1, 1, 1, 1, 1] }, 'stages'],
    // Four times no whole width.
    [{ hidden_sizes: [255] }, 'widths'],
    [{ hidden_sizes: [256], layer_type: 'other' }, 'widths'],
  ])('of sizes that no spec has say nothing: %j', async (sizes, property) => {
    const [found] = await told('m', { 'config.json': JSON.stringify({ ...config, ...sizes }) });
    expect(found?.values).not.toHaveProperty(property);
  });

  it('tell of an activation and of a first stage that halves', async () => {
    const other = { ...config, hidden_act: 'silu', downsample_in_first_stage: true };
    const [found] = await told('model.safetensors', { 'config.json': JSON.stringify(other) });
    expect(found?.beyond).toEqual(["the activation 'silu'", 'a first stage that halves']);
  });

  const input = (side: number) => ({ channels: 3, height: side, width: side });
  const sides = { height: 224, width: 224 };
  const bit = { ...processor, crop_pct: undefined, crop_size: sides, do_center_crop: true };

  /** By the steps of transformers 5.24.0's processors (image_processing_convnext.py, image_processing_backends.py). */
  it.each([
    [{ crop_pct: 0.9 }, [input(224), 248, 224], undefined],
    [{ size: 224 }, [input(224), 256, 224], undefined],
    // From 384 on ConvNextImageProcessor crops no more.
    [
      { size: { shortest_edge: 384 } },
      [input(384), 384, 384],
      'pictures squeezed to 384 × 384 without a crop',
    ],
    [
      { crop_pct: undefined, size: sides },
      [input(224), 224, 224],
      'pictures squeezed to 224 × 224 without a crop',
    ],
    [
      { crop_pct: undefined, size: 96 },
      [input(96), 96, 96],
      'pictures squeezed to 96 × 96 without a crop',
    ],
    [{ ...bit, size: { shortest_edge: 256 } }, [input(224), 256, 224], undefined],
    [
      { ...bit, do_center_crop: false },
      [input(224), 224, 224],
      'pictures resized to 224 without a crop',
    ],
    [
      { ...bit, size: { height: 256, width: 256 } },
      [input(224), 256, 224],
      'pictures squeezed to 256 × 256 before the crop',
    ],
    [{ ...bit, do_resize: false }, [input(224), 'none', 224], undefined],
    [{ do_resize: false }, [undefined, 'none', 'none'], undefined],
    [
      { crop_pct: undefined, size: { height: 64, width: 96 } },
      [{ channels: 3, height: 64, width: 96 }, undefined, undefined],
      'pictures squeezed to 64 × 96 without a crop',
    ],
  ])('tell what becomes of the sides: %j', async (fields, expected, beyond) => {
    const text = JSON.stringify({ ...processor, ...fields });
    const [found] = await told('m', { 'preprocessor_config.json': text });
    const { input, ...values } = found?.values ?? {};
    const { 'preprocess.resize': resize, 'preprocess.crop': crop } = values;
    expect([input, resize, crop]).toEqual(expected);
    expect(found?.beyond).toEqual(beyond === undefined ? [] : [beyond]);
    expect('preprocess.antialias' in values).toBe(resize !== 'none');
  });

  /** As the processors compute it, of pixels from 0 to 255. */
  function normalised(pixel: number, fields: object): number {
    const { do_rescale, do_normalize, rescale_factor, image_mean, image_std } = {
      ...{ do_rescale: true, do_normalize: true, rescale_factor: 1 / 255 },
      ...{ image_mean: [0], image_std: [1] },
      ...fields,
    };
    const value = do_rescale ? pixel * rescale_factor : pixel;
    return do_normalize ? (value - Number(image_mean[0])) / Number(image_std[0]) : value;
  }

  it.each([
    [{}],
    [{ do_normalize: false }],
    [{ do_rescale: false }],
    [{ do_rescale: false, image_mean: [123.675, 1, 1], image_std: [58.395, 1, 1] }],
    [{ do_rescale: false, do_normalize: false }],
    [{ rescale_factor: 1 / 127.5 }],
    [{ rescale_factor: 0.00392157, do_normalize: false }],
  ])('tell what becomes of the values: %j', async (fields) => {
    const config = { ...processor, ...fields };
    const [found] = await told('m', { 'preprocessor_config.json': JSON.stringify(config) });
    const { 'preprocess.mean': mean = [], 'preprocess.std': std = [] } = found?.values ?? {};
    expect([mean.length, std.length]).toEqual([3, 3]);
    for (const pixel of [0, 100, 255]) {
      const value = (pixel / 255 - Number(mean[0])) / Number(std[0]);
      const expected = normalised(pixel, config);
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-5 * Math.max(1, expected));
    }
  });

  it('tell the channels by the mean that is subtracted, and the sides with those of the network', async () => {
    const of = async (fields: object) => {
      const text = JSON.stringify({ ...processor, ...fields });
      const [found] = await told('m', { 'preprocessor_config.json': text }, 1);
      return [found?.channels, found?.values.input?.channels, found?.values['preprocess.mean']];
    };
    expect(await of({ image_mean: [0.5], image_std: [0.5] })).toEqual([1, 1, [0.5]]);
    expect(await of({ image_mean: 0.5, image_std: 0.5 })).toEqual([undefined, 1, undefined]);
    expect(await of({ do_normalize: false })).toEqual([undefined, 1, [0]]);
    expect(await of({})).toEqual([3, 1, undefined]);
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
      kind: 'file',
      source: 'ResNet50_vd.yaml',
      architecture: 'ResNet50_vd',
      channels: 3,
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
    expect(found?.values).toMatchObject({ strides: [1, 2, 2, 1] });
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

  it('do not have each key compared with all others', async () => {
    const keys = Array.from({ length: 8_000 }, (_, at) => `k${at}: 1\n`).join('');
    const text = training + keys;
    const timeMs = async (work: () => unknown) => {
      const start = performance.now();
      await work();
      return performance.now() - start;
    };
    const files = { 'a.yaml': text };
    const readMs = await timeMs(async () =>
      expect(await told('m.pdparams', files)).toHaveLength(1),
    );
    const comparingMs = await timeMs(() => parse(text, { uniqueKeys: true }));
    expect(readMs).toBeLessThan(comparingMs / 2);
  });

  it('of more than kilobytes are none', async () => {
    const padded = (bytes: number) => `${training}# ${'x'.repeat(bytes)}\n`;
    expect(await told('m.pdparams', { 'a.yaml': padded(2 ** 17) })).toHaveLength(1);
    expect(await told('m.pdparams', { 'a.yaml': padded(2 ** 18) })).toEqual([]);
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
    ['resnetblur50.bt_in1k.safetensors', { 'anti-alias': 'blur' }, []],
    ['resnetaa50d.sw_in12k.safetensors', { 'anti-alias': 'average' }, []],
    ['seresnextaa101d_32x8d.safetensors', { 'anti-alias': 'average' }, []],
    ['ResNet50_last_stage_stride1.pdparams', { strides: [1, 2, 2, 1] }, []],
    ['ResNet50_adaptive_max_pool2d_pretrained.pdparams', { pool: 'max' }, []],
    ['resnet50_os8.pth', { strides: [1, 2, 1, 1], dilations: [1, 1, 2, 4] }, []],
    ['deeplabv3_resnet50.pth', {}, ['dilated stages']],
    ['resnet50_silu.pth', {}, ['another activation than ReLU']],
  ])('%s', async (name, values, beyond) => {
    expect(await told(name, {})).toEqual([
      { kind: 'name', source: `the name of ${name}`, values, beyond },
    ]);
  });

  it.each([
    'ResNeSt50_fast_1s1x64d.pdparams',
    'resnest50d_4s2x40d.safetensors',
  ])('%s tells a part of a value', async (name) => {
    const [found] = await told(name, {});
    expect(found?.parts).toEqual([
      { property: 'multi-path', kind: 'resnest', part: 'halving', value: 'before' },
    ]);
  });

  it('of another number of stages tells nothing of each', async () => {
    writeFileSync(join(folder, 'resnet_os8.pth'), '');
    const [found] = await gatherEvidence(join(folder, 'resnet_os8.pth'), {
      channels: 3,
      stages: 3,
    });
    expect(found?.values).toEqual({});
  });

  it.each([
    'resnest50d.safetensors',
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
