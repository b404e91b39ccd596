import { describe, expect, it } from 'vitest';
import { auditLayers } from '../../engines/audit/audit.ts';
import type { LayerList } from '../../engines/audit/layer.ts';
import type { Evaluation } from '../../src/accuracy/evaluate.ts';
import { benchFileSchema } from '../../src/report/bench-file.ts';
import { accuraciesOf, auditSummaryOf, layerProfileOf } from '../../src/report/from-engines.ts';
import { sampleBench } from './sample-bench.ts';

const layer = (name: string, kind: 'convolution' | 'none', timeMs?: number) => ({
  name,
  type: kind === 'none' ? 'constant' : 'CaskConvolution',
  kind,
  inputs: [],
  outputs: [],
  onnxNodes: [name],
  ...(timeMs === undefined ? {} : { timeMs }),
});
const list: LayerList = {
  source: 'trtexec',
  layers: [
    layer('stem/conv1', 'convolution', 0.2),
    layer('weights', 'none'),
    layer('head/fc', 'convolution', 0.1),
  ],
  bindings: [],
  detailed: true,
  complete: true,
};
const engine = { model: 'resnet18', target: 'tensorrt' } as const;
const device = { kind: 'gpu', name: 'Tesla T4', details: {} } as const;

describe('what engines tell', () => {
  it('is a profile of its kernels, where there are times', () => {
    const profiled = { ...engine, device, precision: 'fp16', batch: 4 } as const;
    expect(
      layerProfileOf(list, profiled)?.layers.map(({ name, timeMs }) => [name, timeMs]),
    ).toEqual([
      ['stem/conv1', 0.2],
      ['head/fc', 0.1],
    ]);
    const untimed = { ...list, layers: list.layers.map(({ timeMs: _, ...rest }) => rest) };
    expect(layerProfileOf(untimed, profiled)).toBeUndefined();
  });

  it('is accuracies, with so much of the data’s digest as people read', () => {
    const outcome = { precision: 'fp32' as const, top1: 0.5, top5: 0.9 };
    const evaluation = {
      model: 'mine',
      images: 4,
      dataset: { path: 'a.zip', digest: 'abcdef012345'.repeat(5), images: 4 },
      precisions: [outcome],
    } as unknown as Evaluation;
    const [accuracy] = accuraciesOf(evaluation, new Map([['fp32', 'openvino']]));
    expect(accuracy?.definition).toBe('Share of 4 labelled pictures (SHA-256 abcdef012345…).');
  });

  it('fits into a bench file', () => {
    const audit = auditSummaryOf(auditLayers(list, { precision: 'fp16' }), {
      ...engine,
      builtFor: '7.5',
    });
    expect(audit).toMatchObject({ model: 'resnet18', kernels: 2, residualBlocks: 0 });
    const profile = layerProfileOf(list, { ...engine, device, precision: 'fp16', batch: 1 });
    const bench = sampleBench([], { audits: [audit], profiles: profile ? [profile] : [] });
    expect(benchFileSchema.parse(JSON.parse(JSON.stringify(bench)))).toEqual(bench);
  });
});
