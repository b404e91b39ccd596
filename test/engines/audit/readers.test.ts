import { describe, expect, it } from 'vitest';
import type { LayerKind, LayerList } from '../../../engines/audit/layer.ts';
import { printLayerList, readLayerList } from '../../../engines/audit/read-layer-list.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { layerListFixtures, readFixture } from './fixtures.ts';

function read(name: string, profile?: string): LayerList {
  const text = readFixture(name);
  return readLayerList({ name, text, ...(profile === undefined ? {} : { profile }) });
}

function kindsOf({ layers }: LayerList): readonly LayerKind[] {
  return layers.map(({ kind }) => kind);
}

describe('layer information of trtexec 8.x', () => {
  const list = read('trtexec-8.json', readFixture('profile-8.json'));

  it('reads layers, kinds and bindings', () => {
    expect(list).toMatchObject({
      source: 'trtexec',
      bindings: ['input', 'logits'],
      detailed: true,
      complete: true,
    });
    expect(kindsOf(list)).toEqual([
      'reformat',
      'convolution',
      'convolution',
      'none',
      'convolution',
      'pooling',
      'convolution',
      'none',
      'reformat',
    ]);
  });

  it('takes type, shape and layout of tensors from the joined field', () => {
    expect(list.layers[1]?.inputs[0]).toEqual({
      name: 'Reformatted Input Tensor 0 to stem/conv1 + stem/conv1/relu',
      dataType: 'float16',
      shape: [8, 3, 32, 32],
      format: 'Channel major FP16 format where channel % 4 == 0',
    });
    expect(list.layers[1]).toMatchObject({ weightsType: 'float16', relu: true });
  });

  it('takes ONNX nodes from names, also those of reformats and reshapes', () => {
    expect(list.layers[4]?.onnxNodes).toEqual([
      'stage1/block0/conv2',
      'stage1/block0/conv2/add',
      'stage1/block0/conv2/relu',
    ]);
    expect(list.layers[0]?.onnxNodes).toEqual(['stem/conv1', 'stem/conv1/relu']);
    expect(list.layers[7]?.onnxNodes).toEqual(['head/fc']);
  });

  it('joins the times of a profile by name', () => {
    expect(list.layers.map(({ timeMs }) => timeMs)).toEqual([
      0.08,
      0.2,
      0.2,
      undefined,
      0.24,
      0.04,
      0.03,
      undefined,
      0.01,
    ]);
  });
});

describe('layer information of trtexec 10.x', () => {
  const list = read('trtexec-10.json');

  it('reads it although Metadata holds bare control characters', () => {
    expect(() => JSON.parse(readFixture('trtexec-10.json'))).toThrow();
    expect(list.complete).toBe(true);
    expect(list.layers[3]?.onnxNodes).toEqual([
      'stage1/block0/conv2',
      'stage1/block0/conv2/add',
      'stage1/block0/conv2/relu',
    ]);
  });

  it('keeps the rows of two optimisation profiles apart', () => {
    expect(list.layers.map(({ profile }) => profile)).toEqual([
      ...Array(6).fill(undefined),
      ...Array(6).fill(1),
    ]);
    expect(list.layers[7]?.name).toBe('stem/conv1 + stem/conv1/relu');
    expect(list.bindings).toEqual(['input', 'logits']);
  });

  it('knows generated kernels by the operations in their names', () => {
    expect(kindsOf(list).slice(0, 6)).toEqual([
      'reformat',
      'convolution',
      'convolution',
      'convolution',
      'pooling',
      'gemm',
    ]);
  });
});

describe('layer information of trtexec 11.x', () => {
  const list = read('trtexec-11.json');

  it('reads the split fields of tensors and the list of inputs and outputs', () => {
    expect(list.bindings).toEqual(['input', 'logits']);
    expect(list.layers[1]?.outputs[0]).toEqual({
      name: 'stem/conv1/relu',
      dataType: 'float16',
      shape: [-1, 64, 16, 16],
      format: 'Channel major format where channel % 8 == 0',
    });
  });

  it('reads a bare list and other names of the list alike', () => {
    const { Layers, ...rest } = JSON.parse(readFixture('trtexec-11.json'));
    for (const value of [Layers, { layers: Layers, ...rest }, { LayerInfo: Layers }]) {
      const again = readLayerList({ name: 'x', text: JSON.stringify(value) });
      expect(again.layers).toEqual(list.layers);
    }
  });
});

describe('an engine without details', () => {
  it('gives names, and kinds by names', () => {
    const list = read('names-only.json');
    expect(list.detailed).toBe(false);
    expect(kindsOf(list)).toEqual([
      'reformat',
      'convolution',
      'convolution',
      'convolution',
      'pooling',
      'gemm',
      'none',
    ]);
  });
});

describe('the build log of TensorRT-RTX', () => {
  const list = read('tensorrt-rtx.log');

  it('reads layers, tensors and bindings, and no constants', () => {
    expect(list).toMatchObject({
      source: 'tensorrt-rtx',
      bindings: ['input', 'logits'],
      detailed: true,
      complete: true,
    });
    expect(kindsOf(list)).toEqual([
      'none',
      'reformat',
      'convolution',
      'convolution',
      'convolution',
      'pooling',
      'gemm',
    ]);
    expect(list.layers[2]).toEqual({
      name: 'stem/conv1_U1_myl0_2',
      type: 'correlation',
      kind: 'convolution',
      inputs: [
        {
          name: 'stem/conv1/relu.1_5_myl0',
          dataType: 'float16',
          shape: [-1, 8, 32, 32],
          format: '(NHWC) Channel major format',
        },
      ],
      outputs: [
        {
          name: 'stage1/block0/conv1/relu.1_6_myl0',
          dataType: 'float16',
          shape: [-1, 64, 16, 16],
          format: '(NHWC) Channel major format',
        },
      ],
      onnxNodes: ['stem/conv1', 'stem/conv1/relu'],
    });
  });

  it('takes nodes from Metadata with text between them', () => {
    expect(list.layers.at(-1)?.onnxNodes).toEqual(['head/fc', 'head/fc/cast']);
  });

  it('reads over lines of other threads and other prefixes', () => {
    const noisy = readFixture('tensorrt-rtx.log')
      .split('\n')
      .flatMap((line) => [
        line.replace('[V] ', '[11/24/2026-05:06:07] [V] [TRT] '),
        '[W] another thread says: Name: x, Weights: 3',
      ])
      .join('\r\n');
    expect(readLayerList({ name: 'x', text: noisy }).layers).toEqual(list.layers);
  });

  it('takes two layers out of a line whose break was lost', () => {
    const text = readFixture('tensorrt-rtx.log').replace(
      'relu]\n[V] Name: stage1/block0/conv1_U3',
      'relu][V] Name: stage1/block0/conv1_U3',
    );
    const names = readLayerList({ name: 'x', text }).layers.map(({ name }) => name);
    expect(names).toEqual(list.layers.map(({ name }) => name));
  });

  it('takes the last engine of a log that holds two', () => {
    const text = readFixture('tensorrt-rtx.log').repeat(2);
    expect(readLayerList({ name: 'x', text })).toEqual(list);
  });

  it('says that a log without its end is not complete', () => {
    const text = readFixture('tensorrt-rtx.log');
    const cut = readLayerList({
      name: 'x',
      text: text.slice(0, text.indexOf('head/pool_U7') + 40),
    });
    expect(cut.complete).toBe(false);
    expect(cut.layers).toHaveLength(6);
  });
});

describe('profiles', () => {
  it('are read although names hold quotes, backslashes and control characters', () => {
    const name = 'odd "name" \\ here';
    const layers = { Layers: [{ Name: name, LayerType: 'CaskConvolution' }] };
    const profile = `[\n  { "count" : 10 }\n, { "name" : "${name}\x1f", "timeMs" : 12.5, "averageMs" : 1.25, "percentage" : 100 }\n]`;
    const list = readLayerList({ name: 'x', text: JSON.stringify(layers), profile });
    expect(list.layers[0]?.timeMs).toBe(1.25);
  });

  it('give repeated names their times in order', () => {
    const layers = ['a', 'b', 'a'].map((Name) => ({ Name, LayerType: 'Reformat' }));
    const profile = JSON.stringify([
      { count: 1 },
      ...[1, 2, 3].map((ms, i) => ({ name: layers[i]?.Name, timeMs: ms, averageMs: ms })),
    ]);
    const list = readLayerList({ name: 'x', text: JSON.stringify(layers), profile });
    expect(list.layers.map(({ timeMs }) => timeMs)).toEqual([1, 2, 3]);
  });

  it('find the rows of their optimisation profile', () => {
    const profile = `[{ "count" : 1 }, { "name" : "head/pool [profile 1]", "timeMs" : 3, "averageMs" : 3 }]`;
    const { layers } = read('trtexec-10.json', profile);
    expect(layers.filter(({ timeMs }) => timeMs === 3).map(({ profile }) => profile)).toEqual([1]);
  });
});

describe('damaged and foreign files', () => {
  it('give the layers that are whole', () => {
    for (const name of ['trtexec-8.json', 'trtexec-10.json', 'trtexec-11.json']) {
      const text = readFixture(name);
      const whole = read(name);
      const cut = readLayerList({ name, text: text.slice(0, text.indexOf('head/pool')) });
      expect(cut.complete).toBe(false);
      expect(cut.layers).toEqual(whole.layers.slice(0, cut.layers.length));
      expect(cut.layers.length).toBeGreaterThanOrEqual(3);
    }
  });

  it('are refused by name where they hold no layer', () => {
    for (const text of [
      '',
      '{}',
      '[]',
      'no log',
      '{"Layers": []}',
      readFixture('profile-8.json'),
    ]) {
      expect(() => readLayerList({ name: 'some.json', text })).toThrow(DiagnosticError);
      expect(() => readLayerList({ name: 'some.json', text })).toThrow(
        /audit-no-layers.*some\.json/,
      );
    }
  });

  it('may begin with a byte-order mark', () => {
    const text = `\uFEFF${readFixture('trtexec-11.json')}`;
    expect(readLayerList({ name: 'x', text })).toEqual(read('trtexec-11.json'));
  });
});

describe('rcc’s own form', () => {
  it.each(layerListFixtures)('gives back what was written: %s', (name) => {
    const list = read(name);
    expect(readLayerList({ name: 'layers.json', text: printLayerList(list) })).toEqual(list);
  });
});
