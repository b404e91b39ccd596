import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { readCells, readRelatives } from '../../scripts/fit-estimate/cells.ts';
import { leastSquares } from '../../scripts/fit-estimate/least-squares.ts';
import { estimatePage } from '../../scripts/fit-estimate/page.ts';
import { fitConstants, fitOf } from '../../scripts/fit-estimate/trials.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { estimateAll, fitBudget } from '../../src/estimate/budget.ts';
import { estimateLatency } from '../../src/estimate/estimate.ts';
import { fit } from '../../src/estimate/fitted.ts';
import { latencyOf } from '../../src/estimate/roofline.ts';
import { describeEstimate, estimateTable, kernelTable } from '../../src/estimate/tables.ts';
import { readCatalogue } from '../../src/report/catalogue.ts';
import { readFigures } from '../../src/report/published.ts';
import { specOf } from '../helpers/specs.ts';

/** ResNet50 at 224 pixels; `stages` makes it deeper. */
const resnet50 = lowerSpec(
  specOf({
    block: 'bottleneck',
    stemWidths: [64],
    stages: [3, 4, 6, 3],
    widths: [64, 128, 256, 512],
    input: { channels: 3, height: 224, width: 224 },
    classes: 1000,
  }),
);
const t4 = { gpu: 't4', precision: 'fp16', batch: 4 } as const;

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code;
    throw error;
  }
  return undefined;
}

describe('leastSquares', () => {
  it('finds the parameters of an exact curve', () => {
    const xs = [0, 1, 2, 3, 4, 5];
    const curve = ([a = 0, b = 0]: readonly number[], x: number) => a * Math.exp(-b * x);
    const found = leastSquares(
      (parameters) => xs.map((x) => curve(parameters, x) - curve([3, 0.7], x)),
      [1, 0.1],
    );
    expect(found[0]).toBeCloseTo(3, 6);
    expect(found[1]).toBeCloseTo(0.7, 6);
  });
});

describe('the fit', async () => {
  const cells = await readCells((await readFigures()).published);
  const at224 = cells.filter(({ side }) => side === 224);

  it('is that of the published tables', () => {
    expect(at224).toHaveLength(108);
    for (const [name, value] of Object.entries(fitConstants(at224))) {
      const committed = fit.constants[name as keyof typeof fit.constants];
      expect(Math.abs(committed / value - 1), name).toBeLessThan(1e-3);
    }
  });

  it('has the errors that docs/estimate.md tells (else: npm run fit-estimate)', async () => {
    const { fit: fresh, trials } = fitOf(
      cells,
      await readRelatives((await readCatalogue()).models),
    );
    const path = fileURLToPath(new URL('../../docs/estimate.md', import.meta.url));
    expect(await readFile(path, 'utf8')).toBe(estimatePage(fresh, trials));
  }, 120_000);

  it('predicts depths and architectures it has not seen as well as the aims ask', () => {
    expect(fit.architecturesLeftOut.mean).toBeLessThanOrEqual(0.04);
    expect(fit.architecturesLeftOut.p90).toBeLessThanOrEqual(0.08);
    expect(fit.architecturesLeftOut.worst).toBeLessThanOrEqual(0.12);
    expect(fit.depthsLeftOut.mean).toBeLessThanOrEqual(0.045);
    expect(fit.depthsLeftOut.worst).toBeLessThanOrEqual(0.13);
    expect(fit.largerInput.worst).toBeLessThanOrEqual(0.08);
  });

  it('predicts ResNet200_vd from the depths below it', () => {
    const constants = fitConstants(at224.filter(({ depth }) => depth < 200));
    for (const cell of at224.filter(({ depth }) => depth === 200)) {
      const error = latencyOf(cell, cell.setting, constants) / cell.publishedMs - 1;
      expect(Math.abs(error)).toBeLessThan(fit.depthsLeftOut.worst + 1e-3);
    }
  });

  it('holds as many published cells in its band as it says', () => {
    const inside = at224.filter((cell) => {
      const ratio = latencyOf(cell, cell.setting, fit.constants) / cell.publishedMs;
      return Math.max(ratio, 1 / ratio) <= fit.band.fitted;
    });
    expect(inside.length / at224.length).toBeGreaterThanOrEqual(0.9);
  });
});

describe('estimateLatency', () => {
  it('is the sum of its kernels and the overhead, inside its band', () => {
    const estimate = estimateLatency(resnet50, t4);
    const sum = estimate.kernels.reduce((ms, { totalMs }) => ms + totalMs, estimate.overheadMs);
    expect(estimate.latencyMs).toBeCloseTo(sum, 9);
    expect(estimate.bandMs[0]).toBeLessThan(estimate.latencyMs);
    expect(estimate.bandMs[1]).toBeGreaterThan(estimate.latencyMs);
    expect(estimate.extrapolated).toEqual([]);
    expect(estimate.imagesPerSecond).toBeCloseTo(4000 / estimate.latencyMs, 9);
  });

  it.each([
    [{ ...t4, batch: 16 }, /Batch 16 was not fitted/],
    [{ ...t4, batch: 2 }, /Batch 2 was not fitted/],
    [{ ...t4, precision: 'int8' as const }, /int8 was not fitted/],
    [{ ...t4, gpu: 'A100' }, /A100 was not fitted/],
    [{ ...t4, gpu: 'v100' }, /fp16 was not fitted on V100/],
  ])('says that %o is extrapolated, with a wider band', (request, reason) => {
    const estimate = estimateLatency(resnet50, request);
    expect(estimate.extrapolated.join(' ')).toMatch(reason);
    expect(estimate.bandMs[1] / estimate.latencyMs).toBeGreaterThan(fit.band.fitted);
  });

  it('says that a network or input beyond the fitted ones is extrapolated', () => {
    const small = estimateLatency(lowerSpec(specOf()), t4).extrapolated.join(' ');
    expect(small).toMatch(/G MACs a picture/);
    expect(small).toMatch(/32×32 pixels/);
  });

  it.each([
    [{ groups: 32, groupWidth: 4 }, 'grouped convolutions', fit.band.steps.groups],
    [{ attention: { kind: 'eca' } }, 'attention', fit.band.steps.attention],
    [{ norm: { kind: 'group', count: 8 } }, 'group norm', fit.band.steps.groups],
  ] as const)('says of %o that no fitted network has %s, with the band of those', (over, step, factor = 0) => {
    const bottleneck = { block: 'bottleneck', expansion: 4, stages: [3, 4, 6, 3] } as const;
    const widths = { widths: [64, 128, 256, 512], stemWidths: [64] };
    const input = { channels: 3, height: 224, width: 224 };
    const spec = specOf({ ...bottleneck, ...widths, input, ...(over as object) });
    const { extrapolated, bandMs, latencyMs } = estimateLatency(lowerSpec(spec), t4);
    expect(extrapolated.join()).toBe(
      `No fitted network has ${step}, whose cost beyond MACs and bytes is not known.`,
    );
    expect(bandMs[1] / latencyMs).toBeCloseTo(factor, 9);
  });

  it('refuses a GPU without figures and a precision that a GPU lacks', () => {
    expect(codeOf(() => estimateLatency(resnet50, { ...t4, gpu: 'k80' }))).toBe('unknown-gpu');
    expect(codeOf(() => estimateLatency(resnet50, { ...t4, gpu: 'v100', precision: 'int8' }))).toBe(
      'precision-not-on-gpu',
    );
  });
});

describe('fitBudget', () => {
  const candidates = [
    { model: 'plain', graph: resnet50, top1: 0.765 },
    { model: 'better', graph: resnet50, top1: 0.84 },
  ];
  const request = { gpu: 't4', precisions: ['fp16'], batches: [1, 4, 8] } as const;

  it('lists what fits, the most accurate first and then the fastest', () => {
    const rows = fitBudget(estimateAll(candidates, request), 100);
    expect(rows.map(({ model, estimate, fits }) => `${model} ${estimate.batch} ${fits}`)).toEqual([
      'better 8 yes',
      'better 4 yes',
      'better 1 yes',
      'plain 8 yes',
      'plain 4 yes',
      'plain 1 yes',
    ]);
  });

  it('says where the budget lies inside the band', () => {
    const { latencyMs } = estimateLatency(resnet50, t4);
    const fitsAt = (budgetMs: number) =>
      fitBudget(estimateAll(candidates.slice(0, 1), { ...request, batches: [4] }), budgetMs).map(
        ({ fits }) => fits,
      );
    expect(fitsAt(latencyMs * 1.2)).toEqual(['yes']);
    expect(fitsAt(latencyMs * 1.01)).toEqual(['likely']);
    expect(fitsAt(latencyMs * 0.99)).toEqual(['unlikely']);
    expect(fitsAt(latencyMs * 0.8)).toEqual([]);
  });
});

describe('what is told of an estimate', () => {
  it('never comes without its band, and says when it is extrapolated', () => {
    const told = describeEstimate({ model: 'resnet50', estimate: estimateLatency(resnet50, t4) });
    expect(told[0]).toMatch(
      /^resnet50 on T4, fp16, batch 4: [\d.]+ ms estimated \([\d.]+ to [\d.]+ ms\)/,
    );
    const later = estimateLatency(resnet50, { ...t4, batch: 32 });
    const beyond = describeEstimate({ model: 'resnet50', estimate: later });
    expect(beyond.join('\n')).toMatch(
      /ms extrapolated (.*\n){3}Extrapolated: Batch 32 was not fitted/,
    );
  });

  it('lists the slowest kernels and every row of a budget with its band', () => {
    const estimate = estimateLatency(resnet50, t4);
    expect(kernelTable(estimate, 5).rows).toHaveLength(5);
    const request = { gpu: 't4', precisions: ['fp16', 'int8'], batches: [1] } as const;
    const estimates = estimateAll([{ model: 'resnet50', graph: resnet50 }], request);
    const table = estimateTable('fits', fitBudget(estimates, 100));
    const texts = table.rows.map(({ cells }) => cells.map(({ text }) => text));
    expect(texts.map((row) => [row[1], row[3]?.slice(0, 1), row.at(-1)])).toEqual([
      ['int8', '~', 'yes'],
      ['fp16', '2', 'yes'],
    ]);
    expect(texts.every((row) => / to /.test(row[4] ?? ''))).toBe(true);
  });
});
