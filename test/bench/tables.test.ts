/* Figures in pages come from the bench's results. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ConvertRow, convertTable } from '../../bench/convert.ts';
import { type FormRow, formTable } from '../../bench/kernels/forms.ts';
import { type KernelRow, kernelTable } from '../../bench/kernels/kernels.ts';
import { isBuilt } from '../../bench/kernels/outcome.ts';
import { type QuantizedRow, quantizedTable } from '../../bench/kernels/quantized.ts';
import { type LatencyRow, latencyTable } from '../../bench/latency.ts';
import { markdownTable } from '../../bench/markdown-table.ts';
import { type OpenvinoBench, openvinoTable } from '../../bench/openvino.ts';
import { type OpenvinoFormRow, openvinoFormTable } from '../../bench/openvino-forms.ts';
import { type StartupRow, startupTable } from '../../bench/startup.ts';
import { type TensorrtRow, tensorrtTable } from '../../bench/tensorrt/tensorrt.ts';

function readResult<Result>(part: string): Result {
  return JSON.parse(readFileSync(`bench/results/${part}.json`, 'utf8'));
}

function readRows<Row>(part: string): readonly Row[] {
  return readResult<{ rows: readonly Row[] }>(part).rows;
}

const conversions = readRows<ConvertRow>('convert');
const kernels = readRows<KernelRow>('kernels');
const families = readRows<KernelRow>('families');
const latencies = readRows<LatencyRow>('latency');
const overheads = readRows<TensorrtRow>('tensorrt');
const openvino = readResult<OpenvinoBench>('openvino');
const quantizers = readRows<OpenvinoFormRow>('openvino-forms');

describe('what the bench measured', () => {
  it.each([
    ['bench/README.md', 'startup', startupTable(readRows<StartupRow>('startup'))],
    ['bench/README.md', 'convert', convertTable(conversions)],
    ['bench/README.md', 'latency', latencyTable(latencies)],
    ['bench/README.md', 'openvino', openvinoTable(openvino)],
    ['bench/README.md', 'tensorrt', tensorrtTable(overheads)],
    ['bench/README.md', 'kernels', kernelTable(kernels)],
    ['bench/README.md', 'quantized', quantizedTable(readRows<QuantizedRow>('quantized'))],
    ['docs/forms.md', 'families', kernelTable(families)],
    ['docs/openvino.md', 'openvino-forms', openvinoFormTable(quantizers)],
    ['docs/forms.md', 'forms', formTable(readRows<FormRow>('forms'))],
  ])('stands in %s as printed: %s', (page, _part, table) => {
    expect(readFileSync(page, 'utf8')).toContain(markdownTable(table));
  });

  it('is a peak of at most 130 MB for every conversion, however deep the network', () => {
    expect(new Set(conversions.map(({ model }) => model)).size).toBe(4);
    for (const { peakBytes } of conversions) expect(peakBytes).toBeLessThanOrEqual(130e6);
  });

  it('says how many conversions are within their aim of 4 × cp + 250 ms', () => {
    const met = conversions.filter(({ cpMs, rccMs }) => rccMs <= 4 * cpMs + 250).length;
    expect(readFileSync('bench/README.md', 'utf8')).toContain(`; ${met} of the 12 rows met it`);
    for (const { cpMs, rccMs } of conversions) expect(rccMs).toBeLessThan(1.4 * (4 * cpMs + 250));
  });

  it('is a latency within noise of the same network exported by others', () => {
    expect(latencies).not.toHaveLength(0);
    for (const { ratio } of latencies) expect(ratio).toBeLessThanOrEqual(1.03);
  });

  it('is below its target wherever rcc spends time around TensorRT', () => {
    const aimed = overheads.filter(({ targetMs }) => targetMs !== undefined);
    expect(aimed).not.toHaveLength(0);
    for (const { ms, targetMs } of aimed) expect(ms).toBeLessThan(targetMs ?? 0);
  });

  it('is what benchmark_app measures of OpenVINO, within noise, and INT8 in 0.3 of onnxruntime’s FP32 time', () => {
    expect(openvino.rows).toHaveLength(27);
    expect(openvino.firstInferenceMs).toBeLessThan(1000);
    for (const { precision, ofBenchmarkApp, ofOnnxruntime } of openvino.rows) {
      expect(ofBenchmarkApp).toBeLessThan(1.06);
      if (precision === 'int8') expect(ofOnnxruntime).toBeLessThanOrEqual(0.3);
    }
  });

  it('is no other form of quantisers on OpenVINO that is more exact, and none 5 % faster for ResNet50_vd at batch 1', () => {
    const own = quantizers.filter(({ form }) => form === 'INT8 as rcc writes it for OpenVINO');
    expect(own.map(({ model }) => model)).toEqual(['resnet50_vd', 'timm/resnest14d', 'digits']);
    const others = quantizers.filter(({ form }) => form.startsWith('INT8 in '));
    expect(others).toHaveLength(4);
    for (const { model, agreement, latency } of others) {
      const mine = own.find((one) => one.model === model);
      expect(mine?.agreement.error).toBeLessThan(agreement.error);
      // Times of the smaller networks are closer to each other than two runs of one.
      if (model !== 'resnet50_vd') continue;
      expect(mine?.latency[0]?.faster).toBeGreaterThan(0.95 * (latency[0]?.faster ?? 0));
    }
  });

  it('is at most one kernel above the bound for every spec, all residuals fused', () => {
    const own = kernels.filter(({ writtenBy }) => writtenBy === 'rcc');
    expect(new Set(own.flatMap(({ networks }) => networks)).size).toBe(18);
    for (const { bound, outcome } of own) {
      if (!isBuilt(outcome)) throw new Error(outcome.refusal);
      expect(outcome.kernels - bound).toBeLessThanOrEqual(1);
      expect(outcome.fused).toBe(outcome.blocks);
    }
  });
});

/** Kernels of a row's network as another wrote it, for the same precision and compute capability; undefined: refused. */
function exported({ networks, precision, computeCapability }: KernelRow): number | undefined {
  const theirs = families.find(
    (row) =>
      row.writtenBy !== 'rcc' &&
      `${row.networks}` === `${networks}` &&
      row.precision === precision &&
      row.computeCapability === computeCapability,
  );
  if (!theirs) throw new Error(`${networks} was not exported`);
  return isBuilt(theirs.outcome) ? theirs.outcome.kernels : undefined;
}

describe('relatives', () => {
  const own = families.filter(({ writtenBy }) => writtenBy === 'rcc');

  it('have no more kernels than PyTorch’s export of them, and fewer with SE and in Res2Net', () => {
    expect(new Set(own.flatMap(({ networks }) => networks)).size).toBeGreaterThanOrEqual(20);
    const more = own.filter((row) => {
      if (!isBuilt(row.outcome)) return true;
      const mustBeFewer = row.networks.some((name) => /^(se|res2n)/.test(name));
      const most = exported(row);
      return most !== undefined && row.outcome.kernels + (mustBeFewer ? 1 : 0) > most;
    });
    expect([...new Set(more.flatMap(({ networks }) => networks))]).toEqual([]);
  });
});
