import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../../codegen/architecture/lower.ts';
import { findBodies } from '../../../../codegen/weights/naming/find-bodies.ts';
import { isIgnorable } from '../../../../codegen/weights/naming/ignorable.ts';
import { createNaming } from '../../../../codegen/weights/naming/naming.ts';
import { answersTo, isSchemeName } from '../../../../codegen/weights/naming/namings.ts';
import { schemes } from '../../../../codegen/weights/naming/schemes.ts';
import { layoutOf } from '../../../../codegen/weights/network-layout.ts';
import { nameSchemes, type SchemeName } from '../../../../src/language/name-schemes.ts';
import { properties } from '../../../../src/language/properties.ts';
import type { Spec } from '../../../../src/language/spec.ts';
import { specOf } from '../../../helpers/specs.ts';

/** The scheme that knows most of the names, and what stands before them. */
function recognise(names: readonly string[], pinned?: SchemeName) {
  const [body] = findBodies(names, (naming) => answersTo(naming, pinned));
  return body && { scheme: body.naming.scheme, prefix: body.prefix, known: body.slots.size };
}

function namesOf(scheme: (typeof schemes)[number], spec: Partial<Spec>): string[] {
  const graph = lowerSpec(specOf(spec));
  return [...graph.initializers.values()].flatMap(({ slot }) =>
    slot ? (createNaming(scheme).nameOf(slot, layoutOf(graph)) ?? []) : [],
  );
}

/** What a name can tell of a path: some schemes count blocks through, and a stem's third batch norm is a plain stem's. */
function seenPath(path: string, parsed = ''): string {
  if (path === 'stem/conv3/bn' && parsed === 'stem/conv1/bn') return parsed;
  const [, stage = '', block = ''] = /^stage(\d+)\/block(\d+)/.exec(path) ?? [];
  if (!stage || !parsed.startsWith('block')) return path;
  const before = [2, 1, 3, 1].slice(0, Number(stage) - 1).reduce((sum, blocks) => sum + blocks, 0);
  return path.replace(/^stage.*?\/block\d+/, `block${before + Number(block)}`);
}

const plain: Partial<Spec> = { stages: [2, 1, 3, 1], widths: [8, 16, 32, 64] };
const deep: Partial<Spec> = { ...plain, block: 'bottleneck', stem: 'deep' };
const input = { channels: 3, height: 64, width: 64 };

/** What the networks of a scheme have that is for relatives alone. */
const relatives: Readonly<Record<string, Partial<Spec>>> = {
  "timm's ResNeSt": {
    multiPath: {
      kind: 'resnest',
      radix: 2,
      halving: 'after',
      padding: 'counted',
      divisor: 8,
      bias: true,
    },
  },
  "timm's SKNet": { multiPath: { kind: 'select', reads: 'halves', reduce: 16, divisor: 8 } },
  "PaddleClas' Res2Net": {
    multiPath: { kind: 'res2net', scale: 4, start: 'chained', padding: 'ignored' },
  },
  "PaddleClas' ResNeSt": {
    multiPath: {
      kind: 'resnest',
      radix: 2,
      halving: 'after',
      padding: 'ignored',
      divisor: 1,
      bias: false,
    },
  },
};

/** What each scheme calls some parameters; the rest follows from the templates. */
const examples: Readonly<Record<string, readonly string[]>> = {
  PaddleClas: [
    'stem.0.conv.weight',
    'stem.0.bn._mean',
    'blocks.3.conv0.bn.weight',
    'blocks.6.short.conv.weight',
    'fc.bias',
  ],
  torchvision: [
    'conv1.weight',
    'bn1.running_var',
    'layer3.2.conv1.weight',
    'layer2.0.downsample.1.bias',
    'fc.weight',
  ],
  timm: ['conv1.weight', 'layer2.0.downsample.1.weight', 'layer2.0.downsample.2.running_mean'],
  'CIFAR ResNet': ['conv1.weight', 'layer1.0.conv2.weight', 'linear.bias'],
};

describe.each(
  schemes.map((scheme, index) => [`${scheme.title} (${index})`, scheme] as const),
)('%s', (_, scheme) => {
  const paths = relatives[scheme.title];
  const networks = (paths ? [{ ...deep, ...paths }] : [plain, deep]).filter(
    ({ stem }) => scheme.stems[stem === 'deep' ? 3 : 1],
  );

  test('names every parameter once, as the framework does', () => {
    for (const network of networks) {
      const names = namesOf(scheme, { ...network, input });
      expect(new Set(names).size).toBe(names.length);
      const wanted = examples[scheme.title] ?? [];
      if (network === plain) expect(names).toEqual(expect.arrayContaining([...wanted]));
    }
  });

  test('names every layer of a stem, of two blocks with shortcuts, and of the head', () => {
    const small = { stages: [1, 1], widths: [8, 16] };
    const names = networks.map(({ stages: _, widths: __, ...network }) =>
      namesOf(scheme, { ...network, ...small, input }),
    );
    expect(names.map((each) => each.join('\n')).join('\n\n')).toMatchSnapshot();
    const { name, title, aliases, linearLayout, shortcutKind, deepStemShortcut } = scheme;
    const told = { name, title, aliases, linearLayout, shortcutKind, deepStemShortcut };
    expect(told).toMatchSnapshot();
  });

  test('reads its own names back', () => {
    const { nameOf, parse } = createNaming(scheme);
    for (const network of networks) {
      const graph = lowerSpec(specOf({ ...network, input }));
      for (const { slot } of graph.initializers.values()) {
        if (!slot) continue;
        const parsed = parse(nameOf(slot, layoutOf(graph)) ?? '');
        expect(parsed).toEqual({ role: slot.role, path: seenPath(slot.path, parsed?.path) });
      }
    }
  });

  test('is recognised by its names', () => {
    for (const network of networks) {
      const names = namesOf(scheme, { ...network, input });
      const found = recognise(names);
      expect(found).toEqual({ scheme, prefix: '', known: names.length });
      const prefixed = names.map((name) => `a.b3.${name}`);
      expect(recognise(prefixed)).toEqual({ scheme, prefix: 'a.b3.', known: names.length });
    }
  });
});

describe('names', () => {
  const old = schemes.find(({ layers }) => layers[0]?.name.includes('{letter}')) ?? schemes[0];
  test('PaddleClas 2.0 letters short stages and numbers long ones', () => {
    const nameAt = (block: number, count: number) =>
      old &&
      createNaming(old).nameOf(
        { path: `stage3/block${block}/conv1`, role: 'conv.weight' },
        { stemConvs: 1, stages: [3, 4, count, 3] },
      );
    expect(nameAt(5, 6)).toBe('res4f.conv0._conv.weight');
    expect(nameAt(0, 23)).toBe('res4a.conv0._conv.weight');
    expect(nameAt(22, 23)).toBe('res4b22.conv0._conv.weight');
    const parse = old && createNaming(old).parse;
    expect(parse?.('res4b22.short._batch_norm._mean')).toEqual({
      path: 'stage3/block22/shortcut/bn',
      role: 'bn.mean',
    });
  });

  test.each([
    '',
    '.',
    'weight',
    '.weight',
    'layer0.0.conv1.weight',
    'layer1.0.conv0.weight',
    'layer1.x.conv1.weight',
    'blocks.0.conv1.conv.weight.more',
    'fc',
    '__proto__',
    'toString',
  ])("'%s' belongs to no scheme", (name) => {
    for (const scheme of schemes) expect(createNaming(scheme).parse(name)).toBeUndefined();
  });

  test('counters and tables are left aside', () => {
    expect(isIgnorable('layer1.0.bn1.num_batches_tracked')).toBe(true);
    expect(isIgnorable('n_averaged')).toBe(true);
    expect(isIgnorable('StructuredToParameterName@@')).toBe(true);
    expect(isIgnorable('layer1.0.bn1.weight')).toBe(false);
    expect(isIgnorable('bn1.num_batches_tracked.weight')).toBe(false);
    expect(isIgnorable('my_n_averaged')).toBe(false);
  });

  test('unknown names have no scheme', () => {
    const names = [
      'blocks.0.attn.qkv.weight',
      'patch_embed.proj.weight',
      'fc.weight',
      'norm.bias',
      'head',
    ];
    expect(recognise(names)?.known).toBe(1);
    expect(recognise([])).toBeUndefined();
    expect(recognise(['head'])).toBeUndefined();
  });

  test('a pin leaves only what answers to it', () => {
    const names = ['conv1.weight', 'bn1.weight', 'layer1.0.conv1.weight', 'fc.weight'];
    expect(recognise(names, 'torchvision')?.scheme.name).toBe('torchvision');
    expect(recognise(names, 'timm')?.scheme.name).toBe('torchvision');
    expect(recognise(names, 'paddleclas')?.known).toBe(1);
    expect(recognise(['bb_0_0.conv0._conv.weight', 'out.weight'], 'paddleclas')?.scheme.name).toBe(
      'paddleclas-v2',
    );
  });

  test('the words of a spec', () => {
    expect(properties.weights.type.words).toEqual([...nameSchemes]);
    expect(new Set(schemes.map(({ name }) => name))).toEqual(new Set(nameSchemes));
    expect(isSchemeName('timm')).toBe(true);
    expect(isSchemeName('keras')).toBe(false);
  });
});
