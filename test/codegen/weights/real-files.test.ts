import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { asFloat32 } from '../../../codegen/tensors/as-float32.ts';
import { float32View } from '../../../codegen/tensors/float-bytes.ts';
import { readNpy } from '../../../codegen/weights/formats/npy.ts';
import { describeWeights } from '../../../codegen/weights/inference/describe-weights.ts';
import { bindWeights } from '../../../codegen/weights/naming/bind.ts';
import { chooseNetwork } from '../../../codegen/weights/naming/choose-network.ts';
import { openWeights } from '../../../codegen/weights/open-weights.ts';
import type { WeightsFile } from '../../../codegen/weights/weights-file.ts';
import { memorySource } from '../../helpers/byte-sources.ts';
import { specFromInferred } from '../../helpers/inferred-networks.ts';
import { maxError, runGraph } from '../../helpers/run-graph.ts';
import { tensorBytes } from '../../helpers/tensors.ts';

interface Network {
  readonly file: string;
  readonly input: string;
  readonly logits: string;
  readonly side: number;
  readonly shortcut?: 'projection' | 'avgpool';
}

const network = (file: string, input: string, logits: string, side: number): Network => ({
  file,
  input,
  logits,
  side,
});

const own = fileURLToPath(new URL('../../fixtures/weights/', import.meta.url));
const shared = fileURLToPath(new URL('../../../../shared/weights/', import.meta.url));

const ownNetworks: readonly Network[] = [
  ...['p2', 'p3', 'p4', 'numpy1', 'wrapped'].map((kind) =>
    network(`neck3_vd.${kind}.pdparams`, 'input.64.npy', 'neck3_vd.logits.64.npy', 64),
  ),
  network('neck3_vd.safetensors', 'input.67.npy', 'neck3_vd.logits.67.npy', 67),
  ...['fp16', 'bf16'].map((kind) =>
    network(`neck3_vd.${kind}.pdparams`, 'input.64.npy', `neck3_vd.${kind}.logits.64.npy`, 64),
  ),
  network('basic4_vb.pdparams', 'input.67.npy', 'basic4_vb.logits.67.npy', 67),
  network('basic4_vb.release2_0.pdparams', 'input.64.npy', 'basic4_vb.logits.64.npy', 64),
  network('resnet50_vc.pdparams', 'input.64.npy', 'resnet50_vc.logits.64.npy', 64),
  ...['pth', 'legacy.pth', 'wrapped.pth.tar', 'safetensors', 'npz'].map((kind) =>
    network(`basic4.${kind}`, 'input.64.npy', 'basic4.logits.64.npy', 64),
  ),
  network('basic4.fp16.pth', 'input.64.npy', 'basic4.fp16.logits.64.npy', 64),
  network('neck4_d.safetensors', 'input.67.npy', 'neck4_d.logits.67.npy', 67),
  ...['fp16', 'bf16'].map((kind) =>
    network(`neck4_d.${kind}.safetensors`, 'input.64.npy', `neck4_d.${kind}.logits.64.npy`, 64),
  ),
  network('cifar14.th', 'input.32.npy', 'cifar14.logits.32.npy', 32),
];

const sharedNetworks: readonly Network[] = [
  ...['p2.pdparams', 'p4.pdparams', 'np1.p3.pdparams', 'wrapped.pdparams', 'safetensors'].map(
    (kind) =>
      network(
        `paddle/basic2_vd.${kind}`,
        'paddle/basic2_vd.in67.npy',
        'paddle/basic2_vd.out67.npy',
        67,
      ),
  ),
  ...['basic2_vd.fp16', 'basic2_vd.bf16', 'neck3_vd.fp16', 'neck3_vb.fp16'].map((name) =>
    network(
      `paddle/${name}.pdparams`,
      `paddle/${name.split('.')[0]}.in64.npy`,
      `paddle/${name}.out64.npy`,
      64,
    ),
  ),
  ...['pth', 'legacy.pth', 'safetensors', 'wrapped.pth.tar'].map((kind) =>
    network(
      `torch/basic4_plain.${kind}`,
      'torch/basic4_plain.in64.npy',
      'torch/basic4_plain.out64.npy',
      64,
    ),
  ),
  network(
    'torch/tv_neck4.half.pth',
    'torch/tv_neck4.in64.npy',
    'torch/tv_neck4.half.out64.npy',
    64,
  ),
  network('torch/basic4_d.safetensors', 'torch/basic4_d.in67.npy', 'torch/basic4_d.out67.npy', 67),
  network('torch/neck4_d.safetensors', 'torch/neck4_d.in67.npy', 'torch/neck4_d.out67.npy', 67),
  network(
    'torch/neck4_d.bf16.safetensors',
    'torch/neck4_d.in64.npy',
    'torch/neck4_d.bf16.out64.npy',
    64,
  ),
  network('cifar/resnet20-12fca82f.th', 'cifar/resnet20.in32.npy', 'cifar/resnet20.out32.npy', 32),
  network('cifar/resnet56-4bfd9763.th', 'cifar/resnet56.in32.npy', 'cifar/resnet56.out32.npy', 32),
];

const sourceAt = (path: string) => memorySource(readFileSync(path), path);
const open = (path: string): Promise<WeightsFile> => openWeights(sourceAt(path));
const floatsAt = async (path: string) => float32View((await readNpy(sourceAt(path))).bytes);

/** Describes the file, builds the network that it describes, binds the weights, runs it: nothing but the file says what it is. */
async function logitsError(
  folder: string,
  { file, input, logits, side }: Network,
): Promise<number> {
  const weights = await open(`${folder}${file}`);
  const graph = lowerSpec(specFromInferred(describeWeights(weights), side));
  const x = await floatsAt(`${folder}${input}`);
  const expected = await floatsAt(`${folder}${logits}`);
  const output = await runGraph(bindWeights(graph, weights).graph, x, x.length / (3 * side * side));
  return maxError(output, expected);
}

/** float32 in two frameworks, logits of deviation 3: weights.md's floor is 1e-5 to 1e-4. */
const tolerance = 1e-4;

describe('files of the real frameworks compute what the frameworks computed', () => {
  test.each(ownNetworks)('$file at $side', async (one) => {
    expect(await logitsError(own, one)).toBeLessThan(tolerance);
  });
});

describe.skipIf(!existsSync(shared))(
  'the same for larger and trained ones (needs ../shared/weights)',
  () => {
    test.each(sharedNetworks)('$file at $side', async (one) => {
      expect(await logitsError(shared, one)).toBeLessThan(tolerance);
    });
  },
);

interface ExpectedTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

async function checkTensors(path: string, expectedPath: string): Promise<void> {
  const expected: Record<string, ExpectedTensor> = JSON.parse(readFileSync(expectedPath, 'utf8'));
  const { tensors } = await open(path);
  expect([...tensors.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { shape, values }] of Object.entries(expected)) {
    const tensor = tensors.get(name);
    expect(tensor?.shape, name).toEqual(shape);
    const floats = tensor && float32View(await tensorBytes(asFloat32(tensor)));
    expect([...(floats ?? [])], name).toEqual(values.map(Math.fround));
  }
}

describe('tensors of every layout and type', () => {
  test.each(['tensors.pth', 'tensors.legacy.pth', 'tensors.safetensors'])('%s', async (file) => {
    await checkTensors(`${own}${file}`, `${own}tensors.expected.json`);
  });

  test('arrays.npz', async () => {
    await checkTensors(`${own}arrays.npz`, `${own}arrays.expected.json`);
  });

  test.skipIf(!existsSync(shared)).each(['tensors.pth', 'tensors.legacy.pth'])(
    'torch/%s (needs ../shared/weights)',
    async (file) => {
      await checkTensors(`${shared}torch/${file}`, `${shared}torch/tensors.expected.json`);
    },
  );
});

/** Digest of each tensor's values, by name. */
async function allValues(path: string): Promise<Record<string, string>> {
  const { tensors } = chooseNetwork(await open(path));
  const digests: Record<string, string> = {};
  for (const [name, tensor] of tensors) {
    const bytes = await tensorBytes(asFloat32(tensor));
    digests[name] = createHash('sha256').update(bytes).digest('hex');
  }
  return digests;
}

describe('one network, many files', () => {
  const groups: readonly (readonly string[])[] = [
    ['p2.pdparams', 'p3.pdparams', 'numpy1.pdparams', 'wrapped.pdparams', 'safetensors'].map(
      (kind) => `neck3_vd.${kind}`,
    ),
    ['legacy.pth', 'wrapped.pth.tar', 'safetensors', 'npz'].map((kind) => `basic4.${kind}`),
  ];
  test.each(groups)('%s and the others hold the same values', async (...files) => {
    const first = await allValues(`${own}${files[0]}`);
    for (const file of files.slice(1)) expect(await allValues(`${own}${file}`)).toEqual(first);
  });

  test.skipIf(!existsSync(shared))(
    'basic2_vd in five files (needs ../shared/weights)',
    async () => {
      const [first = '', ...rest] = [
        'p2.pdparams',
        'p4.pdparams',
        'np1.p3.pdparams',
        'wrapped.pdparams',
        'safetensors',
      ];
      const values = await allValues(`${shared}paddle/basic2_vd.${first}`);
      for (const kind of rest) {
        expect(await allValues(`${shared}paddle/basic2_vd.${kind}`)).toEqual(values);
      }
    },
  );
});
