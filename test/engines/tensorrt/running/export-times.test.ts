import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readTimes } from '../../../../engines/tensorrt/running/export-times.ts';

const directory = await mkdtemp(join(tmpdir(), 'rcc-times-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

function queryText(latency: string, compute = '1.25'): string {
  return `{ "startEnqMs" : 200.1, "endEnqMs" : 200.2, "startH2dMs" : 0, "endH2dMs" : 0, "startComputeMs" : 0, "endComputeMs" : 0, "startD2hMs" : 0, "endD2hMs" : 0, "h2dMs" : 0.05, "computeMs" : ${compute}, "d2hMs" : 0.01, "latencyMs" : ${latency} }`;
}

async function read(text: string) {
  const path = join(directory, 'times.json');
  await writeFile(path, text);
  return await readTimes(path);
}

test('one array for each series, in order', async () => {
  const times = await read(`[\n  ${queryText('1.3')},\n  ${queryText('1.4', '5.3e-05')}\n]\n`);
  expect([...times.latencyMs]).toEqual([1.3, 1.4]);
  expect([...times.computeMs]).toEqual([1.25, 5.3e-5]);
  expect([...times.h2dMs, ...times.d2hMs]).toEqual([0.05, 0.05, 0.01, 0.01]);
  expect([times.whole, times.unreadable]).toEqual([true, 0]);
});

test('what is not a number is left out and counted', async () => {
  const times = await read(`[${queryText('nan')}, ${queryText('inf')}, ${queryText('1.3')}]`);
  expect([...times.latencyMs]).toEqual([1.3]);
  expect(times.unreadable).toBe(2);
});

test('a file that ends early says so; garbage gives nothing', async () => {
  const text = `[${queryText('1.3')}, ${queryText('1.4')}]`;
  expect(await read(text.slice(0, -30))).toMatchObject({ whole: false });
  const garbage = await read('x'.repeat(100_000));
  expect([garbage.latencyMs.length, garbage.whole]).toEqual([0, false]);
  expect((await read('')).whole).toBe(false);
});

test('read in any chunks, every query once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 99_999 })), async (values) => {
      const latencies = values.map((value) => value / 1000);
      const filler = ' '.repeat(values.length * 37);
      const objects = latencies.map((value) => queryText(String(value)));
      const times = await read(`[${objects.join(`,${filler}\n`)}]`);
      expect([...times.latencyMs]).toEqual(latencies);
    }),
    { numRuns: 30 },
  );
});

test('a hundred thousand queries', async () => {
  const count = 100_000;
  const times = await read(
    `[${Array.from({ length: count }, () => queryText('1.3')).join(',\n')}]`,
  );
  expect(times.latencyMs.length).toBe(count);
});
