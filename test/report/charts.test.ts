import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build-report.ts';
import { type Chart, narrowSize, wideSize } from '../../src/report/charts/chart.ts';
import { styleCount } from '../../src/report/charts/palette.ts';
import { type Box, placeLabels } from '../../src/report/charts/place-labels.ts';
import { leftAxis, markAt, scaleOver } from '../../src/report/charts/plot.ts';
import { loadPngRenderer } from '../../src/report/charts/png.ts';
import { chartFile, chartInPage } from '../../src/report/charts/render-chart.ts';
import { fitText, linesOf, textWidth } from '../../src/report/charts/text-width.ts';
import { frontierOf } from '../../src/report/frontier.ts';
import { readFigures } from '../../src/report/published.ts';
import { fullSampleBench } from './sample-bench.ts';

const report = buildReport({
  figures: await readFigures(),
  benches: [{ path: 'sample.json', bench: fullSampleBench() }],
  against: [],
  costs: new Map(),
  createdAt: '2026-01-02T03:04:05Z',
  rcc: '0.0.0',
});
const charts = report.sections.flatMap((section) => section.charts);
const toPng = await loadPngRenderer();

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Which model a chart draws in which style. */
function stylesIn(chart: Chart): readonly (readonly [model: string, style: number])[] {
  if (chart.kind === 'columns') return [];
  if (chart.kind === 'xy') {
    return chart.series.map(({ style, points }) => [points[0]?.model ?? '', style]);
  }
  const rows = chart.kind === 'bars' ? chart.groups : chart.rows;
  return rows.map(({ model = '', style }) => [model, style]);
}

describe('placeLabels', () => {
  it('keeps labels inside the plot, off each other and off every point', () => {
    const bounds = { left: 0, top: 0, right: 600, bottom: 400 };
    const point = fc.record({
      x: fc.integer({ min: 10, max: 590 }),
      y: fc.integer({ min: 10, max: 390 }),
      label: fc.constantFrom('', 'ResNet18', 'ResNet50_vd_ssld_v2', 'a'),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 20 }), (points) => {
        const placed = placeLabels(points, { bounds, segments: [], fontSize: 11 });
        for (const [i, { box }] of placed.entries()) {
          expect(box.left).toBeGreaterThanOrEqual(bounds.left);
          expect(box.right).toBeLessThanOrEqual(bounds.right);
          expect(placed.slice(i + 1).some((other) => overlap(box, other.box))).toBe(false);
          const covered = points.some(({ x, y }) =>
            overlap(box, { left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }),
          );
          expect(covered).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps off what is taken', () => {
    const bounds = { left: 0, top: 0, right: 300, bottom: 200 };
    const place = (taken: readonly Box[]) =>
      placeLabels([{ x: 150, y: 100, label: 'ResNet18' }], {
        bounds,
        segments: [],
        taken,
        fontSize: 11,
      });
    const [first] = place([]);
    if (!first) throw new Error('no place');
    const [other] = place([first.box]);
    expect(other && overlap(first.box, other.box)).toBe(false);
    expect(place([bounds])).toEqual([]);
  });

  it('finds a place for every model that nothing beats, and hides the names of the others', () => {
    for (const chart of charts.filter(({ id }) => id.startsWith('published'))) {
      if (chart.kind !== 'xy' || chart.labels !== 'points') throw new Error(chart.id);
      const points = chart.series.flatMap((each) => each.points);
      const front = new Set(frontierOf(points, ({ x, y }) => ({ cost: x, gain: y })));
      const shown = chartInPage(chart, wideSize).markup;
      const page = chartInPage(chart, { ...wideSize, asked: true }).markup;
      for (const point of points) {
        const name = `>${point.label}</text>`;
        expect(shown.includes(name), `${point.label} in ${chart.id}`).toBe(front.has(point));
        expect(page.includes(name) || !front.has(point)).toBe(true);
      }
      const hidden = page.match(/<text[^>]*visibility="hidden"[^>]*>/g) ?? [];
      expect(hidden.length).toBeGreaterThan(0);
      expect(hidden.every((text) => text.includes('asked') && text.includes('data-model'))).toBe(
        true,
      );
    }
  });
});

describe('text', () => {
  it('is cut where it would be too wide', () => {
    const cut = fitText('a very long layer name', 60, 11);
    expect(cut).toMatch(/^a very.*…$/);
    expect(textWidth(cut, 11)).toBeLessThanOrEqual(60);
    expect(fitText('short', 60, 11)).toBe('short');
  });

  it('is broken behind spaces and underscores, and nothing of it is lost', () => {
    const text = 'se_resnet152d_openvino_fine_tuned BF16 OpenVINO';
    for (const width of [90, 120, 200, 400]) {
      const lines = linesOf(text, width, 11);
      for (const line of lines) expect(textWidth(line, 11)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
    expect(linesOf(text, 400, 11)).toEqual([text]);
    expect(linesOf('averyveryverylongname', 60, 11)[0]).toMatch(/…$/);
  });
});

describe('an axis of shares', () => {
  it('has no figure above 100 %', () => {
    const area = { left: 40, right: 400, top: 10, bottom: 300 };
    const axis = { label: 'top-1', format: 'percent' as const };
    const { markup } = leftAxis(scaleOver([0.9975], axis, [area.bottom, area.top]), axis, area);
    const figures = [...markup.matchAll(/>([0-9.]+)<\/text>/g)].map(([, text]) => Number(text));
    expect(Math.max(0, ...figures)).toBe(100);
  });
});

describe('charts', () => {
  it('cover each kind', () => {
    expect(new Set(charts.map(({ kind }) => kind))).toEqual(
      new Set(['xy', 'ranges', 'bars', 'columns']),
    );
  });

  it('have names that are unique and fit for files', () => {
    const ids = charts.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/);
  });

  it('draw one model in one colour and mark throughout', () => {
    const styles = new Map<string, Set<number>>();
    for (const [model, style] of charts.flatMap(stylesIn)) {
      styles.set(model, (styles.get(model) ?? new Set()).add(style));
    }
    expect(styles.size).toBeGreaterThan(10);
    expect([...styles.values()].every((own) => own.size === 1)).toBe(true);
    const all = [...styles.values()].flatMap((own) => [...own]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('have a mark of its own for each style', () => {
    const mark = (style: number) => markAt(style, { x: 0, y: 0 }).markup;
    const all = Array.from({ length: styleCount }, (_, style) => mark(style));
    expect(new Set(all).size).toBe(styleCount);
  });

  it('hold no figure that is not a number, at either size', () => {
    for (const chart of charts) {
      for (const size of [wideSize, narrowSize]) {
        expect(chartInPage(chart, size).markup, chart.id).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  });

  it.skipIf(typeof toPng !== 'function')(
    'are well-formed and become the same PNG again (needs @resvg/resvg-js)',
    () => {
      if (typeof toPng !== 'function') return;
      const kinds = new Map(charts.map((chart) => [chart.kind, chart]));
      for (const chart of kinds.values()) {
        const png = Buffer.from(toPng(chartFile(chart, { themed: true })));
        expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
        expect(png.equals(toPng(chartFile(chart, { themed: true })))).toBe(true);
      }
    },
  );
});
