import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { parseBenchFile } from '../../src/report/bench-file.ts';
import { cellsOfBench, compareCells } from '../../src/report/compare.ts';
import { comparisonToMarkdown } from '../../src/report/compare-report.ts';
import { pathsOf, replaceAt } from '../helpers/edit-json.ts';
import { fullSampleBench, sampleBench, sampleRow } from './sample-bench.ts';

/** Undefined where the outcome is a diagnostic. */
function survive(text: string) {
  try {
    return parseBenchFile(text, 'b.json');
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

describe('parseBenchFile', () => {
  it('gives back what was written', () => {
    const bench = fullSampleBench();
    expect(parseBenchFile(JSON.stringify(bench), 'b.json')).toEqual({ path: 'b.json', bench });
  });

  it('needs no profiles, audits or accuracies', () => {
    const { schemaVersion, createdAt, rcc, rows } = sampleBench([sampleRow({ model: 'a', ms: 1 })]);
    const { bench } = parseBenchFile(JSON.stringify({ schemaVersion, createdAt, rcc, rows }), 'b');
    expect(bench.profiles).toEqual([]);
  });

  it('names the place that does not fit', () => {
    const bench = JSON.parse(JSON.stringify(fullSampleBench()));
    bench.rows[3].latency.p90Ms = '1.2';
    const parse = () => parseBenchFile(JSON.stringify(bench), 'b.json');
    expect(parse).toThrow(/'b.json' is not a bench file: rows\.3\.latency\.p90Ms: expected number/);
  });

  it('answers any value in any place with a file or a diagnostic, and compares what it takes', () => {
    const whole = JSON.parse(JSON.stringify(fullSampleBench()));
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom(0, -1, 1e-300, 1e300, Number.MAX_SAFE_INTEGER, 'constructor', '__proto__'),
    );
    const { cells } = cellsOfBench({ path: 'a.json', bench: fullSampleBench() });
    fc.assert(
      fc.property(fc.constantFrom(...pathsOf(whole)), value, (place, replacement) => {
        const text = JSON.stringify(replaceAt(whole, place, replacement));
        const bench = survive(text);
        if (!bench) return;
        const set = cellsOfBench(bench);
        if (set.cells.length === 0) return;
        const { cells: changes } = compareCells({ name: 'a.json', cells }, set, 0.05);
        expect(
          changes.every(({ change, noise }) => Number.isFinite(change) && Number.isFinite(noise)),
        ).toBe(true);
        expect(comparisonToMarkdown(compareCells(set, set, 0.05))).not.toMatch(
          /NaN|Infinity|undefined/,
        );
      }),
      { numRuns: 600 },
    );
  });

  it('refuses what no engine takes: no time at all, an hour of days', () => {
    const [row] = fullSampleBench().rows;
    const parse = (medianMs: number) =>
      parseBenchFile(
        JSON.stringify(sampleBench(row ? [{ ...row, latency: { ...row.latency, medianMs } }] : [])),
        'b.json',
      );
    expect(() => parse(0)).toThrow(/rows\.0\.latency\.medianMs: /);
    expect(() => parse(1e10)).toThrow(/rows\.0\.latency\.medianMs: /);
    expect(() => parse(1e-3)).not.toThrow();
  });

  it('answers any text with a file or a diagnostic', () => {
    const whole = JSON.stringify(fullSampleBench());
    fc.assert(
      fc.property(fc.nat(whole.length), fc.string({ maxLength: 20 }), (cut, noise) => {
        try {
          parseBenchFile(whole.slice(0, cut) + noise, 'b.json');
        } catch (error) {
          expect(error).toBeInstanceOf(DiagnosticError);
        }
      }),
      { numRuns: 200 },
    );
  });
});
