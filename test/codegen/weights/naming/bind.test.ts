import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../../codegen/ir/graph.ts';
import { elementCount } from '../../../../codegen/ir/types.ts';
import { float32View } from '../../../../codegen/tensors/float-bytes.ts';
import { type TensorSource, wholeTensor } from '../../../../codegen/tensors/tensor-source.ts';
import { type BindOptions, bindWeights } from '../../../../codegen/weights/naming/bind.ts';
import { schemes } from '../../../../codegen/weights/naming/schemes.ts';
import type { WeightsFile } from '../../../../codegen/weights/weights-file.ts';
import type { DiagnosticCode } from '../../../../src/diagnostics/messages.ts';
import type { Spec } from '../../../../src/language/spec.ts';
import { expectDiagnostic } from '../../../helpers/byte-sources.ts';
import { numbers, sourceOf } from '../../../helpers/graphs.ts';
import { namedShapes } from '../../../helpers/inferred-networks.ts';
import { specOf } from '../../../helpers/specs.ts';
import { tensorBytes } from '../../../helpers/tensors.ts';

const base: Partial<Spec> = {
  stages: [1, 2],
  widths: [8, 16],
  input: { channels: 3, height: 32, width: 32 },
};
const graphOf = (over: Partial<Spec> = {}): Graph => lowerSpec(specOf({ ...base, ...over }));
const schemeCalled = (name: string) => {
  const found = schemes.find((scheme) => scheme.name === name);
  if (!found) throw new Error(name);
  return found;
};

/** A file with a tensor for each parameter of the network, as this scheme names and lays them out. */
function fileFor(
  over: Partial<Spec>,
  scheme = 'torchvision',
): WeightsFile & { tensors: Map<string, TensorSource> } {
  const tensors = new Map<string, TensorSource>();
  for (const [name, shape] of namedShapes(specOf({ ...base, ...over }), schemeCalled(scheme))) {
    const values = numbers(elementCount(shape), tensors.size + 1).map(Math.abs);
    tensors.set(name, sourceOf(values, shape));
  }
  return { name: 'given.pth', format: 'torch-zip', tensors, notes: [] };
}

describe('bindWeights', () => {
  test.each(
    schemes
      .filter(({ stems }) => stems[1] && !stems[1][0]?.name.includes('_conv'))
      .map(({ name }) => name),
  )('gives every parameter its tensor: %s', async (name) => {
    const over: Partial<Spec> =
      name === 'timm' ? { shortcut: 'avgpool' } : name === 'cifar' ? { stem: 'conv3' } : {};
    const file = fileFor(over, name);
    const { graph, scheme } = bindWeights(graphOf(over), file);
    expect(scheme).toBe(name);
    for (const { slot, source, type } of graph.initializers.values()) {
      if (slot) expect(source?.shape).toEqual(type.shape);
    }
  });

  test("turns Paddle's linear weight around, also a square one", async () => {
    for (const classes of [10, 16]) {
      const file = fileFor({ classes }, 'paddleclas');
      const { graph } = bindWeights(graphOf({ classes }), file);
      const stored = float32View(await tensorBytes(file.tensors.get('fc.weight')));
      const bound = float32View(
        await tensorBytes(graph.initializers.get('head/fc.weight')?.source),
      );
      expect(bound[1]).toBe(stored[classes]);
      expect(bound[16]).toBe(stored[1]);
    }
  });

  test('reads nothing while it binds', () => {
    const file = fileFor({});
    const unreadable: TensorSource = {
      dataType: 'float32',
      shape: [10],
      rows() {
        throw new Error('read');
      },
    };
    file.tensors.set('fc.bias', unreadable);
    expect(() => bindWeights(graphOf(), file)).not.toThrow();
  });

  test('counters beside the parameters are no parameters', () => {
    const file = fileFor({});
    file.tensors.set('bn1.num_batches_tracked', sourceOf(Float32Array.of(1), []));
    expect(bindWeights(graphOf(), file).scheme).toBe('torchvision');
  });

  test.each([
    ['float16', Uint8Array.of(0x00, 0x3c, 0x00, 0xc0), [1, -2]],
    ['bfloat16', Uint8Array.of(0x80, 0x3f, 0x00, 0xc0), [1, -2]],
    ['float64', new Uint8Array(Float64Array.of(0.1, -3).buffer), [Math.fround(0.1), -3]],
  ] as const)('%s becomes float32', async (dataType, bytes, expected) => {
    const file = fileFor({ classes: 2 });
    file.tensors.set(
      'fc.bias',
      wholeTensor(dataType, [2], () => new Uint8Array(bytes)),
    );
    const { graph } = bindWeights(graphOf({ classes: 2 }), file);
    const source = graph.initializers.get('head/fc.bias')?.source;
    expect(source?.dataType).toBe('float32');
    expect([...float32View(await tensorBytes(source))]).toEqual(expected);
  });
});

describe('integers where parameters are wanted', () => {
  test.each([
    'int8',
    'uint8',
    'int16',
    'int32',
    'int64',
    'bool',
  ] as const)('%s is refused by name before anything is read', async (dataType) => {
    const file = fileFor({});
    for (const name of ['conv1.weight', 'bn1.running_var', 'fc.bias']) {
      const { shape = [] } = file.tensors.get(name) ?? {};
      file.tensors.set(
        name,
        wholeTensor(dataType, shape, () => new Uint8Array(8 * elementCount(shape))),
      );
    }
    const { message, details } = await expectDiagnostic(
      () => bindWeights(graphOf(), file),
      'weights-integers',
    );
    expect(message).toContain(`has the type ${dataType} where a trained parameter is wanted`);
    expect(message).toContain('2 other tensors');
    expect(details).toHaveLength(3);
  });
});

describe('values that no network can use', () => {
  test.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])('%s is found, wherever it stands', async (value) => {
    for (let index = 0; index < 10; index++) {
      const file = fileFor({});
      const values = new Float32Array(10);
      values[index] = value;
      file.tensors.set('fc.bias', sourceOf(values, [10]));
      const { graph } = bindWeights(graphOf(), file);
      const read = () => tensorBytes(graph.initializers.get('head/fc.bias')?.source);
      const { message } = await expectDiagnostic(async () => read(), 'weights-not-finite');
      expect(message).toContain(`'fc.bias' in 'given.pth' holds ${value} (element ${index})`);
    }
  });

  test('all tensors that hold one are named, in the order of the network, up to a screenful', async () => {
    const file = fileFor({});
    const damaged = [...file.tensors.keys()].filter((name) => name.endsWith('.bias'));
    for (const name of damaged) {
      const { shape = [] } = file.tensors.get(name) ?? {};
      const values = new Float32Array(elementCount(shape));
      values[1] = Number.NaN;
      file.tensors.set(name, sourceOf(values, shape));
    }
    file.tensors.set('bn1.running_var', sourceOf(new Float32Array(8).fill(-2), [8]));
    const { graph } = bindWeights(graphOf(), file);
    const read = () => tensorBytes(graph.initializers.get('head/fc.bias')?.source);
    const { message, details = [] } = await expectDiagnostic(read, 'weights-not-finite');
    expect(message).toContain(`, and so do ${damaged.length} other tensors`);
    expect(details).toContain('bn1.bias holds NaN (element 1)');
    expect(details).toContain('bn1.running_var is a variance and holds -2 (element 0)');
    expect(details).toHaveLength(9);
    expect(details.at(-1)).toBe(`… and ${damaged.length + 1 - 8} more`);
  });

  test('a variance of zero is a channel that never changes', async () => {
    const file = fileFor({});
    file.tensors.set('bn1.running_var', sourceOf(new Float32Array(8), [8]));
    const { graph } = bindWeights(graphOf(), file);
    expect(await tensorBytes(graph.initializers.get('stem/conv1/bn.var')?.source)).toHaveLength(32);
  });

  test('a float64 beyond float32 is not finite', async () => {
    const file = fileFor({ classes: 1 });
    const bytes = new Uint8Array(Float64Array.of(1e300).buffer);
    file.tensors.set(
      'fc.bias',
      wholeTensor('float64', [1], () => new Uint8Array(bytes)),
    );
    const { graph } = bindWeights(graphOf({ classes: 1 }), file);
    await expectDiagnostic(
      async () => tensorBytes(graph.initializers.get('head/fc.bias')?.source),
      'weights-not-finite',
    );
  });

  test('a negative variance is refused; a negative gamma is not', async () => {
    const file = fileFor({});
    const values = Float32Array.of(1, 1, 1, -1e-9, 1, 1, 1, 1);
    file.tensors.set('bn1.running_var', sourceOf(values, [8]));
    file.tensors.set('bn1.weight', sourceOf(values, [8]));
    const { graph } = bindWeights(graphOf(), file);
    const read = (name: string) => tensorBytes(graph.initializers.get(name)?.source);
    await expectDiagnostic(async () => read('stem/conv1/bn.var'), 'weights-negative-variance');
    expect(await read('stem/conv1/bn.scale')).toHaveLength(32);
  });
});

describe('weights that do not fit', () => {
  const misfit = (spec: Partial<Spec>, file: WeightsFile, options: BindOptions = {}) =>
    expectDiagnostic(() => bindWeights(graphOf(spec), file, options), 'weights-do-not-fit');

  const hints: readonly (readonly [string, Partial<Spec>, Partial<Spec>, string])[] = [
    [
      'a projection left over in stage 1',
      { firstShortcut: 'identity' },
      {},
      '`first-shortcut projection`',
    ],
    [
      'a projection missing in stage 1',
      {},
      { firstShortcut: 'identity' },
      '`first-shortcut identity`',
    ],
    ['another number of classes', {}, { classes: 7 }, '`classes 7`'],
    ['a stem for small pictures', {}, { stem: 'conv3' }, '`stem conv3`'],
    ['a wider stem', {}, { stemWidths: [12] }, '`stem-widths [12]`'],
    ['more blocks', {}, { stages: [1, 3] }, '`stages [1, 3]`'],
    [
      'more stages',
      {},
      { stages: [1, 2, 1], widths: [8, 16, 32] },
      '`stages [1, 2, 1]`, `widths [8, 16, 32]`',
    ],
    ['wider blocks', {}, { widths: [8, 24] }, '`widths [8, 24]`'],
    ['bottlenecks', {}, { block: 'bottleneck', expansion: 4 }, '`block bottleneck`'],
    [
      'a wider bottleneck',
      { block: 'bottleneck' },
      { block: 'bottleneck', expansion: 2 },
      '`expansion 2`',
    ],
    [
      'shortcuts without parameters',
      {},
      { shortcut: 'pad', firstShortcut: 'identity' },
      '`shortcut pad`',
    ],
    [
      'another number of channels',
      {},
      { input: { channels: 1, height: 32, width: 32 } },
      '`input with 1 channels`',
    ],
    [
      'two things at once',
      {},
      { classes: 7, firstShortcut: 'identity' },
      '`first-shortcut identity`, `classes 7`',
    ],
    [
      'another depth',
      {
        depth: 18,
        stages: [2, 2, 2, 2],
        widths: [8, 8, 8, 8],
        input: { channels: 3, height: 64, width: 64 },
      },
      { stages: [3, 4, 6, 3], widths: [8, 8, 8, 8], input: { channels: 3, height: 64, width: 64 } },
      '`depth 34`',
    ],
  ];
  test.each(hints)('%s: the hint names the property', async (_, spec, trained, expected) => {
    for (const scheme of ['torchvision', 'paddleclas']) {
      const { hint } = await misfit(spec, fileFor(trained, scheme));
      expect(hint).toBe(`The file fits with ${expected} in the spec.`);
    }
  });

  test('a pool that the names or the framework tell of is named too', async () => {
    const vd: Partial<Spec> = { stem: 'deep', stemWidths: [4, 4, 8], shortcut: 'avgpool' };
    for (const scheme of ['paddleclas', 'timm']) {
      const { hint } = await misfit({}, fileFor(vd, scheme));
      expect(hint).toContain('`stem deep`, `shortcut avgpool`');
    }
    const { hint } = await misfit(vd, fileFor({}));
    expect(hint).toContain('`stem conv7`, `shortcut projection`');
  });

  test('everything is listed at once, by name and shape', async () => {
    const file = fileFor({});
    file.tensors.delete('bn1.bias');
    file.tensors.set('layer1.0.extra.weight', sourceOf(Float32Array.of(1), [1]));
    file.tensors.set('fc.bias', sourceOf(Float32Array.of(1, 2), [2]));
    const { message, details } = await misfit({}, file);
    expect(message).toContain('1 missing, 1 not expected, 1 of another shape');
    expect(details).toEqual([
      'missing: bn1.bias [8]',
      'not expected: layer1.0.extra.weight [1]',
      'another shape: fc.bias is [2], the spec needs [10]',
    ]);
  });

  test('attention: the hint names the property', async () => {
    const trained = { attention: { kind: 'se', reduce: 4, divisor: 1 } } as const;
    // PaddleClas names it in its older networks alone.
    for (const scheme of ['torchvision', 'paddleclas-v2']) {
      const { hint } = await misfit({}, fileFor(trained, scheme));
      expect(hint).toBe('The file fits with `attention se reduce 4 divisor 1` in the spec.');
    }
  });

  test('the list is bounded', async () => {
    const { details = [] } = await misfit({ stages: [1, 9] }, fileFor({ stages: [9, 1] }));
    expect(details.length).toBeLessThan(30);
    expect(details.join('\n')).toMatch(/… and \d+ more/);
  });

  test('a network that no spec can describe says so', async () => {
    const file = fileFor({});
    file.tensors.set('layer1.0.se_module.fc1.weight', sourceOf(Float32Array.of(1), [1, 1, 1, 1]));
    expect((await misfit({}, file)).hint).toContain('SENet');
  });

  test('an incomplete file is not explained away', async () => {
    const file = fileFor({});
    file.tensors.delete('bn1.bias');
    expect((await misfit({}, file)).hint).toContain('rcc init');
  });

  test('shortcuts whose names tell that they pool', async () => {
    const code = 'weights-other-shortcut';
    const pooled = fileFor({ shortcut: 'avgpool' }, 'timm');
    const { hint } = await expectDiagnostic(() => bindWeights(graphOf(), pooled), code);
    expect(hint).toContain('`shortcut avgpool`');
    const strided = fileFor({});
    await expectDiagnostic(() => bindWeights(graphOf({ shortcut: 'avgpool' }), strided), code);
    // Paddle's names are the same for both: the spec decides.
    bindWeights(graphOf({ shortcut: 'avgpool' }), fileFor({}, 'paddleclas'));
  });

  test('a pinned scheme that the names do not have', async () => {
    const work = () => bindWeights(graphOf(), fileFor({}), { scheme: 'paddleclas' });
    const { hint } = await expectDiagnostic(work, 'weights-scheme-mismatch');
    expect(hint).toContain('torchvision');
  });

  test('a pinned scheme that does not exist', async () => {
    const work = () => bindWeights(graphOf(), fileFor({}), { scheme: 'torchvison' });
    expect((await expectDiagnostic(work, 'unknown-name-scheme')).hint).toContain('torchvision');
  });

  test('every mistake is said where the spec names its weights', async () => {
    const span = { file: { path: 'a.rn', text: 'weights' }, start: 0, end: 7 };
    const spanOf = async (code: DiagnosticCode, ...args: Parameters<typeof bindWeights>) =>
      (await expectDiagnostic(() => bindWeights(...args), code)).span;
    const file = fileFor({});
    const unknown: WeightsFile = {
      ...file,
      tensors: new Map([['cls', sourceOf(Float32Array.of(1), [1])]]),
    };
    const keras = { scheme: 'keras', span };
    expect(await spanOf('unknown-name-scheme', graphOf(), file, keras)).toBe(span);
    const paddle = { scheme: 'paddleclas', span };
    expect(await spanOf('weights-scheme-mismatch', graphOf(), file, paddle)).toBe(span);
    expect(await spanOf('weights-names-unknown', graphOf(), unknown, { span })).toBe(span);
    const pooled = graphOf({ shortcut: 'avgpool' });
    expect(await spanOf('weights-other-shortcut', pooled, file, { span })).toBe(span);
  });

  test('a network without a stride in its shortcuts may have them either way', () => {
    const flat: Partial<Spec> = { stages: [1], widths: [8] };
    bindWeights(graphOf({ ...flat, shortcut: 'avgpool' }), fileFor(flat));
    bindWeights(graphOf(flat), fileFor({ ...flat, shortcut: 'avgpool' }, 'timm'));
    const bare: Partial<Spec> = { stages: [1, 1], shortcut: 'pad', firstShortcut: 'identity' };
    bindWeights(graphOf(bare), fileFor(bare));
  });

  test('names of no scheme: four of them are shown, and no counter', async () => {
    const names = ['cls_token', 'bn.num_batches_tracked', 'a.b', 'c.d', 'e.f', 'g.h'];
    const tensors = new Map(names.map((name) => [name, sourceOf(Float32Array.of(1), [1])]));
    const file: WeightsFile = { name: 'vit.pth', format: 'torch-zip', tensors, notes: [] };
    for (const options of [{}, { scheme: 'timm' }]) {
      const work = () => bindWeights(graphOf(), file, options);
      const { message } = await expectDiagnostic(work, 'weights-names-unknown');
      for (const name of ['cls_token', 'a.b', 'c.d', 'e.f']) expect(message).toContain(name);
      for (const name of ['num_batches_tracked', 'g.h']) expect(message).not.toContain(name);
    }
  });

  test('names of another kind of network', async () => {
    const tensors = new Map(
      ['cls_token', 'patch_embed.proj.weight', 'norm.weight'].map((name) => [
        name,
        sourceOf(Float32Array.of(1), [1]),
      ]),
    );
    const file: WeightsFile = { name: 'vit.pth', format: 'torch-zip', tensors, notes: [] };
    const { message } = await expectDiagnostic(
      () => bindWeights(graphOf(), file),
      'weights-names-unknown',
    );
    expect(message).toContain('cls_token');
  });

  test('the span is that of the weights in the spec', async () => {
    const span = { file: { path: 'a.rn', text: 'weights "a"' }, start: 0, end: 7 };
    expect((await misfit({ classes: 3 }, fileFor({}), { span })).span).toBe(span);
  });
});
