import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import {
  findBaseline,
  publishedBaselines,
  publishedSchema,
  readFigures,
} from '../../src/report/published.ts';
import { parseResultFile } from '../../src/report/result-file.ts';

const seedPath = fileURLToPath(new URL('../../../shared/seed/models.json', import.meta.url));

interface SeedRow {
  readonly name: string;
  readonly top1: number;
  readonly top5: number;
  readonly reference_top1: number | null;
  readonly reference_top5: number | null;
  readonly seed_flops_g: number;
  readonly seed_params_m: number;
  readonly latency_ms: Readonly<Record<string, Readonly<Record<string, number>> | null>>;
}

describe('the published figures', async () => {
  const figures = await readFigures();
  const { published } = figures;

  it('are 18 models in three latency tables', () => {
    expect(published.models).toHaveLength(18);
    expect(published.tables.map(({ id }) => id)).toEqual(['v100-fp32', 't4-fp16', 't4-fp32']);
    expect(published.models.filter(({ latencyMs }) => !latencyMs['v100-fp32'])).toHaveLength(2);
  });

  it('give each model a spec that is there', () => {
    for (const { spec } of published.models) {
      const path = fileURLToPath(new URL(`../../specs/${spec}.rn`, import.meta.url));
      expect(existsSync(path), path).toBe(true);
    }
  });

  it.skipIf(!existsSync(seedPath))('are those of the page (needs ../shared/seed)', () => {
    const rows: readonly SeedRow[] = JSON.parse(readFileSync(seedPath, 'utf8')).rows;
    const batches = (cells: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(cells).map(([key, ms]) => [key.replace('bs', ''), ms]));
    expect(published.models.map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
    for (const [i, row] of rows.entries()) {
      const model = published.models[i];
      expect(model).toMatchObject({
        top1: row.top1,
        top5: row.top5,
        flopsG: row.seed_flops_g,
        paramsM: row.seed_params_m,
      });
      expect(model?.referenceTop1 ?? null).toBe(row.reference_top1);
      expect(model?.referenceTop5 ?? null).toBe(row.reference_top5);
      for (const [table, cells] of Object.entries(row.latency_ms)) {
        expect(model?.latencyMs[table.replace('_', '-')]).toEqual(
          cells ? batches(cells) : undefined,
        );
      }
    }
  });

  it('become one baseline a GPU, apart from other measurements', () => {
    expect(publishedBaselines(published).map(({ id }) => id)).toEqual([
      'published:v100',
      'published:t4',
    ]);
    expect(findBaseline(figures, 'published:T4').rows).toHaveLength(36);
    expect(findBaseline(figures, 'mmdeploy-t4').release).toBe('7.2.3');
    const published50 = findBaseline(figures, 'published:v100').rows.find(
      ({ spec }) => spec === 'resnet50',
    );
    const later50 = findBaseline(figures, 'ppcls-2024-v100').rows.find(
      ({ spec }) => spec === 'resnet50',
    );
    expect([published50?.latencyMs[8], later50?.latencyMs[8]]).toEqual([7.4, 6.22]);
  });

  it('name the nearest where a baseline is unknown', () => {
    const find = () => findBaseline(figures, 'publshed:t4');
    expect(find).toThrow(DiagnosticError);
    expect(find).toThrow(/unknown-baseline/);
  });

  it('refuse a latency of a table that is not there', () => {
    const [first, ...others] = published.models;
    const broken = {
      ...published,
      models: [{ ...first, latencyMs: { 'a100-fp16': { 1: 1 } } }, ...others],
    };
    const parse = () =>
      parseResultFile(publishedSchema, JSON.stringify(broken), { path: 'p.json', what: 'file' });
    expect(parse).toThrow(/result-file-invalid.*a table that is not there/);
  });
});
