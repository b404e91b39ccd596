import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { lowerSpec } from '../../../../codegen/architecture/lower.ts';
import { describeWeights } from '../../../../codegen/weights/inference/describe-weights.ts';
import { bindWeights } from '../../../../codegen/weights/naming/bind.ts';
import { chooseNetwork } from '../../../../codegen/weights/naming/choose-network.ts';
import { namings } from '../../../../codegen/weights/naming/namings.ts';
import { schemes } from '../../../../codegen/weights/naming/schemes.ts';
import type { WeightsFile } from '../../../../codegen/weights/weights-file.ts';
import type { Spec } from '../../../../src/language/spec.ts';
import { expectDiagnostic } from '../../../helpers/byte-sources.ts';
import { namedShapes, specFromInferred } from '../../../helpers/inferred-networks.ts';
import { specOf } from '../../../helpers/specs.ts';
import {
  type NamedShape as Entry,
  fileOfShapes as fileOf,
} from '../../../helpers/unread-weights.ts';

const small: Partial<Spec> = {
  stages: [1, 2],
  widths: [8, 16],
  classes: 10,
  input: { channels: 3, height: 64, width: 64 },
};
const schemeCalled = (title: string) => {
  const found = schemes.find((scheme) => scheme.title === title && scheme.stems[1]);
  if (!found) throw new Error(title);
  return found;
};
const entriesOf = (title = 'torchvision', over: Partial<Spec> = {}): readonly Entry[] =>
  namedShapes(specOf({ ...small, ...over }), schemeCalled(title));
const net = entriesOf();
const body = net.filter(([name]) => !name.startsWith('fc.'));

const under = (prefix: string, entries: readonly Entry[]): readonly Entry[] =>
  entries.map(([name, shape]) => [`${prefix}${name}`, shape]);
const renamed = (entries: readonly Entry[], from: RegExp, to: string): readonly Entry[] =>
  entries.map(([name, shape]) => [name.replace(from, to), shape]);

/** What is bound to each parameter of the network, by its name in the file. */
function boundNames(file: WeightsFile, key?: string): Readonly<Record<string, string>> {
  const { naming, tensors, nameInFile } = chooseNetwork(file, { key });
  return Object.fromEntries(
    [...tensors.keys()].map((name) => [
      JSON.stringify(naming.parse(name) ?? name),
      nameInFile(name),
    ]),
  );
}

/** Names that stand beside networks in checkpoints, as trainings leave them. */
const strays: readonly Entry[] = [
  ['criterion.weight', [10]],
  ['train_acc.confmat', [10, 10]],
  ['data_preprocessor.mean', [3, 1, 1]],
  ['projector.0.weight', [32, 16]],
  ['projector.2.weight', [10, 32]],
  ['queue', [16, 64]],
  ['n_averaged', []],
];

const prefixes = [
  'module.',
  'model.',
  'net.',
  'resnet.',
  'encoder.',
  'student.',
  'Student.',
  '_layers.',
  'timm_model.',
  'model._orig_mod.',
  'state_dict.module.model.backbone.',
  'layer1.',
  'conv1.',
  '0.1.',
  'a-b c.Ω.',
];

describe('any prefix', () => {
  test.each(
    schemes.map((scheme, index) => [`${scheme.title} (${index})`, scheme] as const),
  )('before the names of %s gives the same network', (_, scheme) => {
    const spec = specOf({
      ...small,
      ...(scheme.stems[1] ? {} : { stem: 'deep', stemWidths: [4, 4, 8] }),
    });
    const entries = namedShapes(spec, scheme);
    const bare = boundNames(fileOf(entries));
    expect(Object.keys(bare)).toHaveLength(entries.length);
    const described = describeWeights(fileOf(entries));
    for (const prefix of prefixes) {
      const file = fileOf(strays, under(prefix, entries));
      const expected = Object.entries(bare).map(([slot, name]) => [slot, `${prefix}${name}`]);
      expect(boundNames(file), prefix).toEqual(Object.fromEntries(expected));
      expect(describeWeights(file), prefix).toEqual(described);
    }
  });

  test('wrappers in the middle of names are seen through', () => {
    const wrapped = renamed(net, /^layer(\d)\.(\d)\./, 'layer$1._orig_mod.$2.module.');
    expect(describeWeights(fileOf(wrapped))).toEqual(describeWeights(fileOf(net)));
    expect(chooseNetwork(fileOf(wrapped)).nameInFile('layer2.1.conv1.weight')).toBe(
      'layer2._orig_mod.1.module.conv1.weight',
    );
  });

  test('the usual file is its network, and nothing is said', () => {
    const counter: Entry = ['bn1.num_batches_tracked', []];
    const { notes, tensorCount } = chooseNetwork(fileOf(net, [counter]));
    expect(notes).toEqual([]);
    expect(tensorCount).toBe(net.length + 1);
  });

  test('what was left aside is named, some of it', () => {
    const { notes } = chooseNetwork(fileOf(under('module.', net), strays));
    expect(notes).toEqual([
      "The network is under 'module'.",
      'Not part of the network, left aside: criterion.weight, train_acc.confmat, data_preprocessor.mean, projector.0.weight, projector.2.weight, queue.',
    ]);
    const many = Array.from({ length: 20 }, (_, i): Entry => [`m${i}.count`, []]);
    expect(chooseNetwork(fileOf(net, many)).notes.join()).toMatch(/m7\.count, … and 12 more\.$/);
  });

  test('time is proportional to the number of names', () => {
    const spec = { ...small, stages: [3, 40], block: 'bottleneck', expansion: 4 } as const;
    const big = entriesOf('torchvision', spec);
    const parses = namings.map((naming) => vi.spyOn(naming, 'parse'));
    const work = (copies: number): number => {
      const networks = Array.from({ length: copies }, (_, i) => under(`m${i}_ema.deep.er.`, big));
      let readings = 0;
      const tensors = [...fileOf(under('model.', big), ...networks).tensors].map(
        ([name, tensor]) => {
          const counted = {
            ...tensor,
            get shape() {
              readings++;
              return tensor.shape;
            },
          };
          return [name, counted] as const;
        },
      );
      for (const parse of parses) parse.mockClear();
      const { notes } = chooseNetwork({ ...fileOf(), tensors: new Map(tensors) });
      expect(notes[0]).toContain(`${copies + 1} networks are in the file`);
      return readings + parses.reduce((sum, parse) => sum + parse.mock.calls.length, 0);
    };
    const [once, fourfold] = [work(9), work(39)];
    vi.restoreAllMocks();
    expect(once).toBeGreaterThan(big.length * 10);
    expect(fourfold).toBeLessThan(once * 4.2);
  });
});

describe('of several networks', () => {
  const cases: readonly (readonly [taken: string, left: string])[] = [
    ['state_dict', 'state_dict_ema'],
    ['model', 'model_ema'],
    ['model', 'ema'],
    ['net', 'shadow'],
    ['state_dict', 'model'],
    ['model', 'mine'],
    ['params', 'params_ema'],
    ['state_dict.model', 'state_dict.ema_model'],
    ['student', 'teacher'],
    ['Student', 'Teacher'],
    ['student.backbone', 'teacher.backbone'],
    ['encoder_q', 'encoder_k'],
    ['online_encoder', 'target_encoder'],
    ['encoder', 'momentum_encoder'],
    ['shadow', 'teacher'],
  ];
  test.each(cases)("'%s' is taken rather than '%s', and both are said", (taken, left) => {
    for (const order of [
      [taken, left],
      [left, taken],
    ]) {
      const file = fileOf(...order.map((key) => under(`${key}.`, net)));
      const { notes, nameInFile } = chooseNetwork(file);
      expect(nameInFile('fc.weight')).toBe(`${taken}.fc.weight`);
      expect(notes).toEqual([
        `2 networks are in the file; '${taken}' (${net.length} tensors) is taken, --weights-key takes another: '${left}' (${net.length} tensors).`,
      ]);
      expect(chooseNetwork(file, { key: left }).nameInFile('fc.weight')).toBe(`${left}.fc.weight`);
    }
  });

  test('one that only follows is taken where nothing else is there', () => {
    const file = fileOf(under('model_ema.module.', net));
    expect(chooseNetwork(file).notes).toEqual(["The network is under 'model_ema.module'."]);
  });

  test('one with a head comes before one without', () => {
    const file = fileOf(under('features.', body), under('whole.', net));
    expect(chooseNetwork(file).nameInFile('fc.weight')).toBe('whole.fc.weight');
  });

  test('two that no rule tells apart are listed with their sizes', async () => {
    const file = fileOf(under('left.', net), under('right.', net));
    const { message, hint } = await expectDiagnostic(
      () => chooseNetwork(file),
      'weights-several-networks',
    );
    expect(message).toContain(`left (${net.length} tensors), right (${net.length} tensors)`);
    expect(hint).toContain('--weights-key left');
    expect(chooseNetwork(file, { key: 'right' }).nameInFile('fc.bias')).toBe('right.fc.bias');
  });

  test('a key may have wrappers or a dot at its end', () => {
    const file = fileOf(under('module.encoder_q.', net), under('module.encoder_k.', net));
    for (const key of ['module.encoder_k', 'encoder_k', 'encoder_k.', 'module.encoder_k.']) {
      const { nameInFile } = chooseNetwork(file, { key });
      expect(nameInFile('fc.weight')).toBe('module.encoder_k.fc.weight');
    }
  });

  test('a key that is none: those that are there', async () => {
    const file = fileOf(under('model.', net), under('model_ema.', net), strays);
    const work = () => chooseNetwork(file, { key: 'modelema' });
    const { message, hint } = await expectDiagnostic(work, 'weights-key-unknown');
    expect(message).toBe("Nothing in 'net.pth' is under 'modelema'.");
    expect(hint).toContain('Did you mean model_ema? There is: model, model_ema.');
    const bare = () => chooseNetwork(fileOf([['a', [1]]]), { key: 'x' });
    expect((await expectDiagnostic(bare, 'weights-key-unknown')).hint).toContain(
      'leave the key out',
    );
  });

  test('a key without a network under it', async () => {
    const work = () => chooseNetwork(fileOf(net, strays), { key: 'projector' });
    const { message } = await expectDiagnostic(work, 'weights-names-unknown');
    expect(message).toMatch(/: projector\.2\.weight\.$/);
  });
});

describe('the head is found by shape and place', () => {
  const weight: Entry = ['weight', [10, 16]];
  const bias: Entry = ['bias', [10]];
  const linear = (name: string, ...parts: readonly Entry[]) => under(`${name}.`, parts);

  test.each([
    'fc',
    'fc.0',
    'fc.1',
    'fc.2',
    'classifier',
    'classifier.1',
    'head',
    'head.fc',
    'last_linear',
    'linear',
    'out',
    'cls',
    'cls_head',
    'logits',
    'head.classifier.3',
    'strange_name',
  ])('%s', (name) => {
    const file = fileOf(body, linear(name, weight, bias));
    const { nameInFile, notes } = chooseNetwork(file);
    expect(nameInFile('fc.weight')).toBe(`${name}.weight`);
    expect(nameInFile('fc.bias')).toBe(`${name}.bias`);
    expect(notes).toEqual(name === 'fc' ? [] : [`Its linear layer is '${name}'.`]);
    expect(describeWeights(file)).toMatchObject({ classes: 10, firstShortcut: 'projection' });
    const graph = lowerSpec(specFromInferred(describeWeights(file), 64));
    expect(() => bindWeights(graph, file)).not.toThrow();
  });

  test.each([
    ['backbone.', 'head.fc'],
    ['model.backbone.', 'model.head'],
    ['model.backbone.', 'classifier'],
    ['state_dict.backbone.', 'state_dict.head.fc'],
    ['0.', '1.fc'],
  ])('body under %s, linear layer %s', (prefix, name) => {
    const file = fileOf(under(prefix, body), linear(name, weight, bias), strays);
    expect(chooseNetwork(file).nameInFile('fc.weight')).toBe(`${name}.weight`);
    expect(describeWeights(file).classes).toBe(10);
  });

  test('of another network it is not taken', () => {
    const file = fileOf(
      under('student.backbone.', body),
      under('teacher.backbone.', body),
      linear('teacher.head', weight, bias),
    );
    expect(chooseNetwork(file).tensors.has('fc.weight')).toBe(false);
    const averaged = fileOf(net, under('ema.', body));
    expect(chooseNetwork(averaged, { key: 'ema' }).tensors.has('fc.weight')).toBe(false);
  });

  test('an unusual layer beside one of a usual name is left aside', () => {
    const file = fileOf(
      body,
      linear('embedding', ['weight', [4, 16]]),
      linear('head', weight, bias),
    );
    const { nameInFile, notes } = chooseNetwork(file);
    expect(nameInFile('fc.weight')).toBe('head.weight');
    expect(notes.join()).toContain('left aside: embedding.weight');
  });

  test('without a bias: zeros, which is said', () => {
    const file = fileOf(body, linear('fc', weight));
    expect(describeWeights(file).classes).toBe(10);
    const { graph, notes } = bindWeights(lowerSpec(specOf(small)), file);
    expect(graph.initializers.get('head/fc.bias')?.source?.shape).toEqual([10]);
    expect(notes).toEqual(["The linear layer 'fc' has no bias: zeros stand for it."]);
  });

  const refusals: readonly (readonly [string, readonly Entry[]])[] = [
    ['its head has more than one layer', linear('fc.3', ['weight', [10, 4]])],
    ['its head has more than one layer', linear('fc2', ['weight', [10, 4]])],
    ['its head has more than one layer', linear('anything', ['weight', [5, 4]])],
    ['its head has more than one layer', linear('fc.1', ['running_mean', [4]])],
  ];
  test.each(refusals)('%s: %j', async (reason, more) => {
    const first = more.length === 0 ? [] : linear('fc.0', ['weight', [4, 16]], ['bias', [4]]);
    const work = () => describeWeights(fileOf(body, first, more));
    const { message } = await expectDiagnostic(work, 'weights-network-unsupported');
    expect(message).toContain(reason);
  });

  test('behind a Sequential of numbers', () => {
    const numbered = entriesOf("torchvision's layers in a Sequential");
    const stages = numbered.filter(([name]) => !name.startsWith('fc.'));
    const file = fileOf(stages, linear('10', weight, bias));
    expect(chooseNetwork(file).nameInFile('fc.weight')).toBe('10.weight');
    expect(describeWeights(file).classes).toBe(10);
  });

  test('of another network is not left aside by name', () => {
    const pair = (name: string) => [
      ...under(`${name}.backbone.`, body),
      ...linear(`${name}.head`, weight),
    ];
    const { notes } = chooseNetwork(fileOf(pair('student'), pair('teacher')));
    expect(notes.join()).not.toContain('left aside');
  });

  test('a head of convolutions', async () => {
    const work = () => describeWeights(fileOf(body, [['classifier.0.weight', [10, 16, 1, 1]]]));
    const { message } = await expectDiagnostic(work, 'weights-network-unsupported');
    expect(message).toContain("its head is made of convolutions ('classifier.0.weight')");
  });
});

describe('names that follow the network are part of it', () => {
  test.each([
    ['layer5.0.conv1.weight', [8, 8, 3, 3]],
    ['layer1.0.extra.weight', [8]],
    ['layer1.0.se.fc1.weight', [2, 8, 1, 1]],
    ['bn1.extra', [8]],
    ['ca.fc1.weight', [8, 8, 1, 1]],
    ['maxpool.0.weight', [8, 8, 5, 5]],
  ] as const)('%s', async (name, shape) => {
    for (const prefix of ['', 'model.']) {
      const file = fileOf(under(prefix, [...net, [name, shape]]));
      expect(chooseNetwork(file).tensors.has(name)).toBe(true);
      const graph = lowerSpec(specOf(small));
      await expectDiagnostic(() => bindWeights(graph, file), 'weights-do-not-fit');
      const work = () => describeWeights(file);
      await expectDiagnostic(work, 'weights-network-unsupported');
    }
  });
});

describe('no message has a name as an example of what it is not', () => {
  const others = ['cls_token', 'blocks.0.attn.qkv.weight', 'norm.weight', 'x.conv9.weight', 'a.b'];
  const count = (file: WeightsFile) => [...file.tensors.keys()].length;

  test.each(
    schemes.map((scheme, index) => [`${scheme.title} (${index})`, scheme] as const),
  )('names of %s among others', async (_, scheme) => {
    const spec = scheme.stems[1] ? small : { ...small, stem: 'deep', stemWidths: [4, 4, 8] };
    const all = namedShapes(specOf(spec as Partial<Spec>), scheme);
    // Without its stem it is no network, and less than half of the names.
    for (const length of [0, 1, 3]) {
      const known = all.slice(-1 - length);
      const strange = others.flatMap((name) => [name, `2${name}`]).map((n): Entry => [n, [1]]);
      const file = fileOf(under('p.', known), strange);
      expect(count(file)).toBe(known.length + strange.length);
      const work = () => chooseNetwork(file);
      const { message } = await expectDiagnostic(work, 'weights-names-unknown');
      for (const [name] of known) expect(message).not.toContain(`p.${name}`);
      expect(message).toContain('cls_token');
    }
  });
});

const stateDicts = new URL('../../../../../shared/seed/state_dicts.json', import.meta.url);

describe.skipIf(!existsSync(stateDicts))(
  'published networks under prefixes (needs ../shared/seed/state_dicts.json)',
  () => {
    const networks: Record<string, readonly Entry[]> = existsSync(stateDicts)
      ? JSON.parse(readFileSync(stateDicts, 'utf8'))
      : {};

    test.each(
      Object.keys(networks).filter((name) => name !== 'torchvision/resnext50_32x4d'),
    )('%s', (name) => {
      const entries = networks[name] ?? [];
      const bare = describeWeights(fileOf(entries));
      for (const prefix of ['module.', 'net._orig_mod.', 'state_dict.model.timm_model.']) {
        const file = fileOf(strays, under(prefix, entries), under('ema.', entries));
        expect(describeWeights(file)).toEqual(bare);
        const bound = boundNames(file);
        for (const own of Object.values(bound)) expect(own.startsWith(prefix)).toBe(true);
      }
    });
  },
);
