import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { parseBenchFile } from '../../src/report/bench-file.ts';
import { fullSampleBench, sampleBench, sampleRow } from './sample-bench.ts';

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
