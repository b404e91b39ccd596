import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { numbersOf } from '../../../engines/tensor-values.ts';
import { parseTrtexecLog } from '../../../engines/tensorrt/logs/parse-log.ts';
import { tensorrtIntent } from '../../../engines/tensorrt/planning/intent.ts';
import { readTimes } from '../../../engines/tensorrt/running/export-times.ts';
import { measurementOf } from '../../../engines/tensorrt/running/measurement.ts';
import { readOutputs } from '../../../engines/tensorrt/running/outputs.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { parseBenchFile } from '../../../src/report/bench-file.ts';
import { growsInProportion } from '../../helpers/growth.ts';
import { sampleBench } from '../../report/sample-bench.ts';
import { standInMachine } from './helpers.ts';

const directory = await mkdtemp(join(tmpdir(), 'rcc-trtexec-fuzz-'));
afterAll(() => rm(directory, { recursive: true, force: true }));
const path = join(directory, 'file.json');

/** Undefined where the outcome is a diagnostic; anything else that is thrown fails the test. */
async function survive<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

const types = ['float32', 'float16', 'int32', 'int64'] as const;
const declared = types.map((dataType) => ({ name: dataType, dataType, shape: ['N', 3] as const }));

async function outputsIn(text: string) {
  await writeFile(path, text);
  return await survive(() => readOutputs(path, declared, 'run.log'));
}

/** Numbers as C++ prints them, and what it prints where there is none. */
const number = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '1.5',
    '5.3e-05',
    '1e+300',
    'inf',
    '-inf',
    'nan',
    '-nan',
    '2147483648',
  ),
  fc.integer().map(String),
  fc.double().map((value) => (Number.isFinite(value) ? String(value) : 'nan')),
);
const numberOf = (text: string): number =>
  Number(text.replace('inf', 'Infinity').replace(/-?nan/, 'NaN'));
const dimensions = fc.constantFrom(
  '2x3',
  '1x3',
  '',
  'x',
  '-2x-3',
  '1.5x2',
  '3',
  '2x3x1',
  'Infinityx3',
);

describe('the outputs that trtexec exports', () => {
  const output = fc.record({
    name: fc.constantFrom<string>(...types, 'constructor', '__proto__'),
    dimensions: fc.oneof({ weight: 3, arbitrary: fc.constant('2x3') }, dimensions),
    values: fc.array(number, { minLength: 5, maxLength: 6 }),
  });
  const text = (
    outputs: readonly { name: string; dimensions: string; values: readonly string[] }[],
  ) =>
    `[\n${outputs.map(({ name, ...rest }) => `  { "name" : "${name}"\n  , "dimensions" : "${rest.dimensions}"\n  , "values" : [ ${rest.values.join(', ')} ]\n }`).join(',\n')}\n]`;

  it('are what was written or a diagnostic, whatever numbers, shapes and names they have', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(output, { maxLength: 6 }), async (outputs) => {
        const read = await outputsIn(text(outputs));
        if (!read) return;
        for (const name of types) {
          const written = outputs.find((one) => one.name === name)?.values.map(numberOf) ?? [];
          const values = name.startsWith('float') ? written.map(Math.fround) : written;
          expect(read[name]?.shape).toEqual([2, 3]);
          expect(read[name] && [...numbersOf(read[name])]).toEqual(values);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are read where everything fits, so that the test above says something', async () => {
    const whole = types.map((name) => ({
      name,
      dimensions: '2x3',
      values: ['1', '2', '3', '4', '5', '-6'],
    }));
    expect(Object.keys((await outputsIn(text(whole))) ?? {})).toEqual([...types]);
  });

  it('are refused where they are any other JSON or text', async () => {
    const any = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify([value])),
    );
    await fc.assert(
      fc.asyncProperty(any, async (noise) => {
        expect(await outputsIn(noise)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('take time and stack in proportion to their length', async () => {
    const hostile = [
      (count: number) => ' '.repeat(count),
      (count: number) => `"${'x'.repeat(20 * count)}"`,
      (count: number) => `"${'\\\\"'.repeat(3 * count)}`,
      (count: number) => '['.repeat(count),
      (count: number) => '"'.repeat(count),
    ];
    for (const repeat of hostile) {
      const reading = (count: number) => {
        const text = `[${repeat(count)}inf ${repeat(count)}]`;
        return async () => expect(await outputsIn(text)).toBeUndefined();
      };
      expect(await growsInProportion(1e6, reading), repeat(9)).toBe(true);
    }
  });
});

describe('the times that trtexec exports', () => {
  it('are times or are counted, whatever is in the file', async () => {
    const query = fc
      .record(
        { latencyMs: number, computeMs: number, h2dMs: number, d2hMs: number },
        { requiredKeys: [] },
      )
      .map(
        (times) =>
          `{ ${Object.entries(times)
            .map(([name, value]) => `"${name}" : ${value}`)
            .join(', ')} }`,
      );
    const part = fc.oneof(
      { weight: 3, arbitrary: query },
      fc.json(),
      fc.constantFrom('}', '{', '"', ']'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        await writeFile(path, `[${parts.join(', ')}]`);
        const { latencyMs, computeMs, h2dMs, d2hMs } = await readTimes(path);
        const all = [latencyMs, computeMs, h2dMs, d2hMs];
        expect(new Set(all.map(({ length }) => length)).size).toBe(1);
        expect(all.every((series) => series.every((ms) => Number.isFinite(ms) && ms >= 0))).toBe(
          true,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('take time in proportion to the file', async () => {
    for (const part of ['}', '{', '{}', '"']) {
      const reading = (count: number) => async () => {
        await writeFile(path, part.repeat(count));
        await readTimes(path);
      };
      expect(await growsInProportion(5_000_000, reading), part).toBe(true);
    }
  });
});

describe('a log', async () => {
  const options = { machine: await standInMachine(), intent: tensorrtIntent(), cacheDirectory: '' };
  const request = { batch: 4, warmUpMs: 200, durationMs: 1000, minIterations: 10 };
  const figure = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('1.5', '2', '0.25') }, number);
  const figures = (count: number) => fc.array(figure, { minLength: count, maxLength: count });
  const line = fc.oneof(
    figures(7).map(
      ([a, b, c, d, e, f, g]) =>
        `Latency: min = ${a} ms, max = ${b} ms, mean = ${c} ms, median = ${d} ms, percentile(90%) = ${e} ms, percentile(95%) = ${f} ms, percentile(99%) = ${g} ms`,
    ),
    figure.map((value) => `Throughput: ${value} qps`),
    fc.constantFrom('0', '12', '1.5').map((value) => `Timing trace has ${value} queries over 3 s`),
    fc.constantFrom('', 'Tesla T4').map((name) => `Selected Device: ${name}`),
    figure.map((value) => `SMs: ${value}`),
    fc.constantFrom('constructor: x', '__proto__: x', 'valueOf: 1'),
  );

  it('gives figures that a bench file takes, or no measurement', () => {
    let measured = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 3, maxLength: 8 }), (lines) => {
        const text = ['=== Performance summary ===', ...lines].map(
          (each) => `[03/04/2031-05:06:07] [I] ${each}`,
        );
        const report = parseTrtexecLog(text.join('\n'));
        const state = { isSteady: true, stable: true, repeatable: true, warnings: [] };
        const run = { report, times: undefined, conditions: undefined, ...state };
        const measurement = measurementOf(options, run, { runs: 1, request });
        if (!measurement) return;
        measured++;
        const bench = { ...sampleBench([]), rows: [{ model: 'm', ...measurement }] };
        expect(parseBenchFile(JSON.stringify(bench), 'b.json').bench.rows).toHaveLength(1);
      }),
      { numRuns: 1000, seed: 12 },
    );
    expect(measured).toBeGreaterThan(10);
  });

  it('is read whatever it holds', () => {
    const word = fc.constantFrom(
      '[I] ',
      '[E] ',
      '&&&& ',
      'In node 1 with name: ',
      'Throughput: ',
      ' ms',
      'inf',
      '\n',
      '\u001b[',
    );
    const text = fc.array(fc.oneof(word, fc.string({ maxLength: 12, unit: 'binary' })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const report = parseTrtexecLog(
          parts.map((part) => `[03/04/2031-05:06:07] ${part}`).join(''),
        );
        expect(JSON.stringify(report).length).toBeLessThan(300_000);
      }),
      { numRuns: 300 },
    );
  });
});
