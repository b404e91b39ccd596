/* Every form that rcc writes for TensorRT, taken by NVIDIA's own compiler. */
import { describe, expect, it } from 'vitest';
import { buildGraph } from '../../../bench/kernels/build-audit.ts';
import { networkNamed, numbered, rangesOf, readNetworks } from '../../../bench/kernels/networks.ts';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { pixelRanges } from '../../../codegen/passes/adapt-input.ts';
import { matchLayers } from '../../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { type PipelineOptions, passesFor } from '../../../codegen/passes/pipeline.ts';
import { tensorrtRtxForm } from '../../../engines/tensorrt-rtx/graph-form.ts';
import { isInstalled, requireInstallation } from './installation.ts';

const { graph, spec } = networkNamed(await readNetworks(), 'resnet18_vd');
const { mean, std } = spec.preprocess;

const pixels = { form: 'uint8-nhwc', mean, std } as const;
const int8 = { precision: 'int8', ranges: rangesOf(graph) } as const;
interface Flavour extends Omit<PipelineOptions, 'head'> {
  readonly head?: typeof spec.head;
}

const flavours: Readonly<Record<string, Flavour>> = {
  fp32: { precision: 'fp32' },
  'fp32 that reads pixels': { precision: 'fp32', input: pixels },
  'fp32 with softmax': { precision: 'fp32', head: 'softmax' },
  fp16: { precision: 'fp16' },
  'fp16 with softmax': { precision: 'fp16', head: 'softmax' },
  'fp16 with blocks in float32': {
    precision: 'fp16',
    keepFp32: matchLayers(['stage2/block0', 'head']),
  },
  'fp16 that reads float16': { precision: 'fp16', input: { form: 'float16', mean, std } },
  'fp16 that reads pixels': { precision: 'fp16', input: pixels },
  'fp16 that reads pixels in float32': {
    precision: 'fp16',
    input: { form: 'float32-pixels', mean, std },
  },
  'fp16 that reads pixels with alpha': {
    precision: 'fp16',
    input: { form: 'rgba-uint8', mean, std },
  },
  int8,
  'int8 with a rest in float32': { ...int8, int8Rest: 'float32' },
  'int8 with weights in float32': { ...int8, int8Weights: 'float32' },
  'int8 with layers that are not quantised': { ...int8, int8Keep: matchLayers(['stem', 'fc']) },
  'int8 with softmax': { ...int8, head: 'softmax' },
  'int8 that reads pixels': {
    ...int8,
    ranges: new Map([...int8.ranges, ...pixelRanges(pixels)]),
    input: pixels,
  },
};

describe.skipIf(!isInstalled)('TensorRT-RTX takes (needs the tensorrt-rtx wheel)', () => {
  it.each(Object.entries(flavours))('%s for compute capability 8.6', async (_, {
    head,
    ...options
  }) => {
    const lowered = head ? numbered(lowerSpec({ ...spec, head })) : graph;
    const { precision } = options;
    const passes = passesFor({ ...tensorrtRtxForm(precision, 8.6), ...options });
    const build = { precision, capability: '8.6' } as const;
    const made = await buildGraph(requireInstallation(), runPasses(lowered, passes).graph, build);
    const { inPrecision, blocks } = made.audit;
    expect(inPrecision.of).toBeGreaterThan(0);
    // Beside int8, Softmax gets a kernel that goes by the name of the layer before it.
    const others = precision === 'int8' && head ? 1 : 0;
    expect(inPrecision.count).toBe(inPrecision.of - others);
    expect(blocks).toHaveLength(8);
    if (precision !== 'int8') expect(made.audit.verdict).toBe('pass');
  });

  it('int8 for compute capability 7.5, and computes it in float16', async () => {
    const passes = passesFor({ ...tensorrtRtxForm('int8', 7.5), ...int8 });
    const build = { precision: 'int8', capability: '7.5' } as const;
    const made = await buildGraph(requireInstallation(), runPasses(graph, passes).graph, build);
    expect(made.audit.verdict).toBe('fail');
    expect(made.audit.inPrecision.count).toBe(0);
  });
});
