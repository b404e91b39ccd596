import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeWeights } from '../../codegen/weights/inference/describe-weights.ts';
import type { NameScheme } from '../../codegen/weights/naming/scheme.ts';
import { schemes } from '../../codegen/weights/naming/schemes.ts';
import { openWeights } from '../../codegen/weights/open-weights.ts';
import { draftFromWeights } from '../../src/compile/draft-from-weights.ts';
import { specFromWeights } from '../../src/compile/spec-from-weights.ts';
import { weightsOf } from '../../src/compile/trained-network.ts';
import type { Told } from '../../src/evidence/evidence.ts';
import { readTransformersConfig } from '../../src/evidence/transformers-config.ts';
import { printSpec } from '../../src/language/print.ts';
import { expectDiagnostic, memorySource } from '../helpers/byte-sources.ts';
import { rcc } from '../helpers/cli.ts';
import { namedShapes } from '../helpers/inferred-networks.ts';
import { specIn } from '../helpers/language.ts';
import { specOf } from '../helpers/specs.ts';
import { fileOfShapes } from '../helpers/unread-weights.ts';

const fixtures = 'test/fixtures/weights';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-init-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A fixture in a folder of its own, with neighbours. */
function place(fixture: string, files: Readonly<Record<string, string>>, name = fixture): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(join(fixtures, fixture), path);
  for (const [neighbour, text] of Object.entries(files))
    writeFileSync(join(dirname(path), neighbour), text);
  return path;
}

async function textOf(path: string, options: Parameters<typeof specFromWeights>[1] | object = {}) {
  const specPath = join(dirname(path), 'x.rn');
  return (await specFromWeights(path, { specPath, ...options })).text;
}

/** What transformers would write of basic4. */
const resnet = {
  model_type: 'resnet',
  layer_type: 'basic',
  depths: [2, 1, 1, 1],
  hidden_sizes: [8, 12, 16, 24],
  embedding_size: 8,
  num_channels: 3,
};

/** timm's neck4_d: 10 classes. */
const timm = {
  architecture: 'resnet50d',
  num_classes: 10,
  label_names: Array.from({ length: 10 }, (_, index) => `pet ${index}`),
  pretrained_cfg: { input_size: [3, 64, 64], crop_pct: 0.9, interpolation: 'bicubic' },
};

describe('the spec of a weights file', () => {
  it('takes what its neighbours say, and lists what nobody says', async () => {
    const path = place('neck4_d.safetensors', { 'config.json': JSON.stringify(timm) });
    const labelsPath = join(folder, 'x.labels.txt');
    const { text, labels } = await specFromWeights(path, {
      specPath: join(folder, 'x.rn'),
      labelsPath,
    });
    expect(labels).toEqual(timm.label_names);
    expect(text).toMatchInlineSnapshot(`
      "# What neck4_d.safetensors describes; what it cannot tell stands as comments.
      model neck4_d {
        block         bottleneck
        stages        [2, 1, 1, 1]
        widths        [8, 12, 16, 24]
        variant       vd
        input         3x64x64  # config.json
        classes       10
        labels        "x.labels.txt"  # config.json
        weights       timm "neck4_d.safetensors"
        preprocess    { resize 71  crop 64  interpolation bicubic  antialias yes }  # config.json
        # stem-pool   max
        #   Whether a pool stands behind the stem is in no weights file.
        # stride      in conv2
        #   PaddleClas, torchvision and timm stride in the 3×3; Caffe in the first 1×1.
        # strides     [1, 2, 2, 2]
        #   Networks that search and track often leave the last stage unhalved: [1, 2, 2, 1].
        # dilations   [1, 1, 1, 1]
        #   Segmentation networks keep a map large by dilations in place of strides.
        # anti-alias  none
        #   timm's resnetaa and resnetblur networks have the names and shapes of their plain twins.
        # epsilon     0.00001
        #   PaddlePaddle, torchvision and timm add 0.00001 to a variance, TensorFlow and Caffe models often
        #   0.001, torchvision's detectors of COCO_V1 nothing.
        # pool        average
        #   How the last map becomes one number a channel is in no weights file.
        # Taken for granted, as no word says otherwise: ReLU behind every norm but the last of a block, and
        # behind its sum; a 3×3 max pool with padding.
      }
      "
    `);
    await specIn(text);
  });

  it('of torch writes out how pictures are prepared there, for the language means another', async () => {
    const text = await textOf(place('basic4.pth', {}));
    expect(text).toContain('preprocess      {  # assumed, as torchvision does it');
    expect((await specIn(text)).preprocess).toMatchObject({ resize: 256, antialias: true });
  });

  it('of Paddle leaves it a comment', async () => {
    const text = await textOf(place('neck3_vd.p4.pdparams', {}));
    expect(text).toContain('  # preprocess  { resize 256  crop 224');
    expect((await specIn(text)).preprocess).toMatchObject({ resize: 256, antialias: false });
  });

  it('keeps to its own network where a neighbour describes another', async () => {
    const other = { ...timm, num_classes: 1000 };
    const text = await textOf(
      place('neck4_d.safetensors', { 'config.json': JSON.stringify(other) }),
    );
    expect(text).toContain('# config.json is of another network and was left aside.\n');
    expect(text).not.toContain('bicubic');
    expect(text).toMatch(/^ {2}classes +10$/m);
    expect(text).not.toContain('names the classes');
  });

  it('speaks of what its name speaks of', async () => {
    const path = place('neck4_d.safetensors', {}, 'resnetaa50d.safetensors');
    const text = await textOf(path);
    expect(text).toMatch(/^ {2}anti-alias +average {2}# the name of resnetaa50d.safetensors$/m);
    expect((await specIn(text)).antiAlias).toBe('average');
  });

  it('names what its name speaks of and no word says', async () => {
    const path = place('neck4_d.safetensors', {}, 'resnet_silu.safetensors');
    expect(await textOf(path)).toContain(
      '  # The name of resnet_silu.safetensors speaks of another activation than ReLU, which does not stand\n  # here.\n',
    );
  });

  it('leaves aside what its own name says of another network, and says that it was the name', async () => {
    const text = await textOf(place('neck4_d.safetensors', {}, 'ResNet50_vc_pets.safetensors'));
    expect(text).toContain(
      '# The name of ResNet50_vc_pets.safetensors is of another network and was left aside.\n',
    );
    expect(text).toMatch(/^ {2}variant +vd$/m);
  });

  it.each([
    [{}, false],
    [{ depths: [2, 1, 1, 2] }, true],
    [{ hidden_sizes: [8, 12, 16, 32] }, true],
    [{ embedding_size: 16 }, true],
    [{ layer_type: 'bottleneck' }, true],
    [{ num_channels: 1 }, true],
  ])('holds the sizes of a configuration of transformers against its own: %j', async (sizes, isAside) => {
    const text = await textOf(
      place('basic4.safetensors', { 'config.json': JSON.stringify({ ...resnet, ...sizes }) }),
    );
    expect(text.includes('config.json is of another network')).toBe(isAside);
    // What the names tell is no news.
    expect(text).not.toContain('  # config.json');
  });

  it.each([
    [{ size: { height: 64, width: 64 } }, 'resize 64  crop 64'],
    [{ size: { height: 64, width: 96 } }, 'input           3x64x96'],
    [{ size: 64, do_normalize: false }, 'mean [0, 0, 0]\n    std [1, 1, 1]\n'],
    [{ do_resize: false }, 'resize none  crop none'],
    [{ do_rescale: false, do_normalize: false, size: 64 }, 'std [0.00392156863,'],
    [{ do_resize: false, crop_size: 64 }, 'resize none'],
  ])('is one that rcc reads, whatever a processor does: %j', async (fields, expected) => {
    const processor = { image_processor_type: 'ViTImageProcessor', resample: 2, ...fields };
    const text = await textOf(
      place('basic4.safetensors', { 'preprocessor_config.json': JSON.stringify(processor) }),
    );
    expect(text).toContain(expected);
    await specIn(text);
  });

  it('cuts another input in the proportion that a neighbour has', async () => {
    const path = place('neck4_d.safetensors', { 'config.json': JSON.stringify(timm) });
    const text = await textOf(path, { input: { height: 128, width: 128 } });
    const { input, preprocess } = await specIn(text);
    expect(input).toEqual({ channels: 3, height: 128, width: 128 });
    // 64 / 0.9 is 71, rounded down; twice that.
    expect(preprocess).toMatchObject({ resize: 142, crop: 128 });
    const wide = await specIn(await textOf(path, { input: { height: 64, width: 96 } }));
    expect(wide.preprocess).not.toHaveProperty('crop');
  });

  it('takes no other channels than the file has', async () => {
    const path = place('neck4_d.safetensors', {});
    const input = { channels: 1, height: 64, width: 64 };
    const { message } = await expectDiagnostic(
      () => textOf(path, { input }),
      'weights-other-channels',
    );
    expect(message).toContain('--input has 1 channels');
  });

  it('is named after the network where the file is only called model', async () => {
    const path = place('neck4_d.safetensors', {}, 'pets/model.safetensors');
    expect(await textOf(path)).toContain('model pets {');
    expect(await textOf(place('basic4.npz', {}, 'birds/inference.pkl'))).toContain('model birds {');
    const config = { 'config.json': JSON.stringify(timm) };
    expect(await textOf(place('neck4_d.safetensors', config, 'a b/model.safetensors'))).toContain(
      'model resnet50d {',
    );
  });

  it('is named after the folder of an index of shards', async () => {
    const shard = place('basic4.safetensors', {}, 'cats/model-00001-of-00001.safetensors');
    const { tensors } = await openWeights(memorySource(readFileSync(shard)));
    const weight_map = Object.fromEntries(
      [...tensors.keys()].map((name) => [name, basename(shard)]),
    );
    writeFileSync(
      join(folder, 'cats/model.safetensors.index.json'),
      JSON.stringify({ weight_map }),
    );
    const notes: string[] = [];
    const text = await textOf(dirname(shard), { onNote: (note: string) => notes.push(note) });
    expect(text).toContain('model cats {');
    // What was done to find and open them.
    expect(notes[0]).toBe("'model.safetensors.index.json' taken from the folder.");
    expect(notes).toHaveLength(2);
  });

  it('is one that rcc reads, whatever the file is called', async () => {
    const names = fc.oneof(
      fc.constantFrom(
        'model',
        'use',
        'extends',
        'Model',
        '模型',
        '.',
        '50',
        '-',
        '_',
        'depth',
        '$a',
      ),
      fc.string({ minLength: 1, maxLength: 20 }).filter((name) => !/[/\0]/.test(name)),
    );
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const path = place('neck4_d.safetensors', {}, `${name}.safetensors`);
        await specIn(await textOf(path));
        rmSync(path);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the spec of names and shapes', () => {
  const channelCounts = [1, 2, 3, 4, 6, 12];
  it.each(
    schemes.flatMap((scheme, index) =>
      channelCounts.map((channels) => [scheme.title, index, channels] as const),
    ),
  )('of %s (%i) with %i channels is one that rcc reads', async (_, index, channels) => {
    const scheme = schemes[index] as (typeof schemes)[number];
    const stem = scheme.stems[1] ? {} : { stem: 'deep' as const, stemWidths: [4, 4, 8] };
    const input = { channels, height: 64, width: 64 };
    const spec = specOf({ stages: [1, 2], widths: [8, 16], ...stem, input });
    const inferred = describeWeights(fileOfShapes(namedShapes(spec, scheme)));
    const options = { weights: 'w.pth', specPath: 'w.rn' };
    const text = printSpec(draftFromWeights(inferred, [], options));
    expect(await specIn(text)).toMatchObject({ input: { channels } });
    expect(text.includes('preprocess')).toBe(channels === 1 || channels === 3);
  });
});

describe('a configuration of transformers', () => {
  const resnet18 = {
    model_type: 'resnet',
    layer_type: 'basic',
    depths: [2, 2, 2, 2],
    hidden_sizes: [64, 128, 256, 512],
    embedding_size: 64,
  };

  it.each([
    [{}, false],
    [{ depths: [3, 4, 6, 3] }, true],
    [{ layer_type: 'bottleneck' }, true],
  ])('is held against the blocks that a depth stands for: %j', (fields, isAside) => {
    const widths = { widths: [64, 128, 256, 512], stemWidths: [64] };
    const spec = specOf({ stages: [2, 2, 2, 2], ...widths });
    const [scheme] = schemes;
    const inferred = describeWeights(fileOfShapes(namedShapes(spec, scheme as NameScheme)));
    const told = readTransformersConfig(JSON.stringify({ ...resnet18, ...fields }), 3);
    const config = { kind: 'file' as const, source: 'config.json', ...(told as Told) };
    const options = { weights: 'w.pth', specPath: 'w.rn' };
    const text = printSpec(draftFromWeights(inferred, [config], options));
    expect(text).toContain('depth         18\n');
    expect(text.includes('config.json is of another network')).toBe(isAside);
    // Names and shapes tell it already.
    expect(text).not.toContain('  # config.json');
  });
});

describe('rcc init', () => {
  it('writes the spec, and the labels of a configuration beside it', async () => {
    const path = place('neck4_d.safetensors', { 'config.json': JSON.stringify(timm) });
    const output = join(folder, 'pets.rn');
    expect(await rcc('init', path, '-o', output)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(folder, 'pets.labels.txt'), 'utf8')).toBe(
      timm.label_names.map((label) => `${label}\n`).join(''),
    );
    expect(readFileSync(output, 'utf8')).toContain('"pets.labels.txt"  # config.json');
    expect(await rcc('check', output)).toMatchObject({ exitCode: 0, stderr: '' });
    const again = await rcc('init', path, '-o', output);
    expect(again.stderr).toContain('[file-exists]');
  });

  it('names a list of labels that lies there', async () => {
    const list = timm.label_names.join('\n');
    const path = place('neck4_d.safetensors', { 'labels.txt': list });
    const output = join(folder, 'pets.rn');
    await rcc('init', path, '-o', output);
    expect(readFileSync(output, 'utf8')).toContain('"labels.txt"');
  });

  it('says what was done to open the weights', async () => {
    const { stderr } = await rcc('init', dirname(place('basic4.safetensors', {})));
    expect(stderr).toContain("'basic4.safetensors' taken from the folder. [weights-note]");
  });

  it.each([
    ['96', { channels: 3, height: 96, width: 96 }],
    ['96x128', { channels: 3, height: 96, width: 128 }],
    ['3x96x128', { channels: 3, height: 96, width: 128 }],
  ])('takes --input %s', async (input, expected) => {
    const path = place('neck4_d.safetensors', {});
    const { stdout } = await rcc('init', path, '--input', input);
    expect((await specIn(stdout)).input).toEqual(expected);
  });
});

describe('rcc compile', () => {
  it('warns where a neighbour says otherwise than the spec, and of what a name speaks of', async () => {
    const config = { ...timm, architecture: 'resnetblur50' };
    const path = place('neck4_d.safetensors', { 'config.json': JSON.stringify(config) });
    const spec = join(folder, 'pets.rn');
    writeFileSync(
      spec,
      `model pets { block bottleneck stages [2, 1, 1, 1] widths [8, 12, 16, 24] variant vd input 64 classes 10 weights "${basename(path)}" }\n`,
    );
    const out = join(folder, 'out');
    const { stderr, exitCode } = await rcc('compile', spec, '--target', 'onnx', '-o', out);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      "warning: 'config.json' beside 'neck4_d.safetensors' says otherwise than the spec in 4 properties. [weights-neighbour-disagrees]",
    );
    expect(stderr).toContain('`preprocess { resize 71 }`, the spec has `preprocess { resize 73 }`');
    expect(stderr).toContain('`anti-alias blur`, the spec has `anti-alias none`');
    // Nothing has shown that the assumptions are right.
    expect(stderr).toContain('[verdict-scope]');
  });

  it('says that it was the name of a file that says otherwise', async () => {
    const path = place('neck4_d.safetensors', {}, 'resnet50_vc_aa50.safetensors');
    const spec = join(folder, 'pets.rn');
    await rcc('init', path, '-o', spec);
    const { stderr } = await rcc('compile', spec, '--target', 'onnx', '-o', join(folder, 'out'));
    expect(stderr).toContain(
      "warning: The name of 'resnet50_vc_aa50.safetensors' says otherwise than the spec in 2 properties.",
    );
    expect(stderr).toContain('or give the file another name if it holds another network.');
    expect(stderr).toContain('`anti-alias average`, the spec has `anti-alias none`');
    expect(stderr).not.toContain('beside');
  });

  it('takes the spec’s own file for its own, however the path is spelled', () => {
    const weights = { path: 'f/pair.safetensors', key: 'ema', scheme: 'timm' as const };
    const spec = specOf({ weights });
    const own = ['f/pair.safetensors', './f/pair.safetensors', 'f/../f/pair.safetensors'];
    for (const path of [...own, resolve('f/pair.safetensors')]) {
      expect(weightsOf(spec, { weights: path })).toEqual({ ...weights, path });
    }
    expect(weightsOf(spec, { weights: 'g/pair.safetensors' })).toEqual({
      path: 'g/pair.safetensors',
    });
  });
});
