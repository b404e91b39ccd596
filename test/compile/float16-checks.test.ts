import { expect, it } from 'vitest';
import type { Precision } from '../../codegen/precisions.ts';
import { calibrate } from '../../src/calibration/calibrate.ts';
import { fuseNetwork } from '../../src/calibration/observe.ts';
import { checkRanges } from '../../src/compile/float16-checks.ts';
import type { PreparedPrecision } from '../../src/compile/precision.ts';
import type { TrainedNetwork } from '../../src/compile/trained-network.ts';
import { network, noise, spec, withChanged } from '../calibration/networks.ts';
import { formFor, onnxAlone } from '../helpers/targets.ts';

/** Activations of one convolution beyond what float16 holds. */
const large = withChanged(network, 'stage1/block1/conv1/bn.scale', (values) =>
  values.map((value) => value * 1e5),
);

const half = { int8Rest: 'float16' } as const;

async function checked(
  graph: typeof network,
  precision: Precision,
  more: Partial<PreparedPrecision['pipeline']> = half,
) {
  const tensors = await calibrate(fuseNetwork(graph), noise, { algorithm: 'max' });
  const prepared: PreparedPrecision = {
    pipeline: { ...formFor('tensorrt', precision), ...more },
    calibration: { algorithm: 'max', description: 'noise', digest: '', images: noise.images },
    seen: new Map([...tensors].map(([name, { largest }]) => [name, largest])),
  };
  const trained = { spec, graph } as TrainedNetwork;
  const target = { ...(await onnxAlone('fp32')), precision };
  return await checkRanges(trained, prepared, { target });
}

it.each([
  ['int8', 'Keep what is between the quantisers in float32: --int8-rest fp32'],
  [
    'fp8',
    'Take --fp16 with --keep-fp32, or --int8 with --int8-rest fp32: fp8 has no rest in float32.',
  ],
] as const)('warns of what float16 cannot hold between the quantisers of %s', async (precision, hint) => {
  const found = await checked(large, precision);
  const [first, ...others] = found?.diagnostics ?? [];
  expect(others).toEqual([]);
  expect(first).toMatchObject({ code: 'float16-rest-beyond', severity: 'warning', hint });
  expect(first?.message).toMatch(/^stage1\/block1 holds numbers up to \d\S+ with noise; float16/);
  const named = first?.details?.map((detail) => detail.split(':')[0]);
  expect(named).toEqual(['stage1/block1', 'stage2/block0', 'head']);
  const block = found?.report.blocks.find((each) => each.block === 'stage1/block1');
  expect(block?.largestActivation).toBeGreaterThan(65504);
  expect(block?.largestWeight).toBeGreaterThan(1);
});

it.each([
  'int8',
  'fp8',
] as const)('reports a sound network of %s and finds nothing', async (precision) => {
  const found = await checked(network, precision);
  expect(found?.diagnostics).toEqual([]);
  expect(found?.report).toMatchObject({ data: 'noise', images: 70 });
  expect(found?.report.blocks).toHaveLength(5);
});

it('holds no block to be in float32 because an fp16 model would keep it so', async () => {
  const found = await checked(large, 'int8', { ...half, keepFp32: () => true });
  expect(found?.diagnostics.map(({ code }) => code)).toContain('float16-rest-beyond');
});

it('says nothing where the rest is float32', async () => {
  for (const int8Rest of ['float32', undefined] as const) {
    expect(await checked(large, 'int8', { int8Rest })).toBeUndefined();
  }
});
