import { existsSync, readdirSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { pretend, standInEngine } from './helpers.ts';

afterEach(() => void vi.unstubAllEnvs());

const request = { warmUpMs: 0, durationMs: 0, minIterations: 50 };

test('smoke', async () => {
  pretend({ RELEASE: '10.4', GPU: 't4' });
  const { engine, build, directory, notes } = await standInEngine({
    precision: 'fp16',
    batches: [1, 4],
  });
  const progress: string[] = [];
  const built = await build({ report: (text) => progress.push(text) });
  console.log(built, readdirSync(directory), notes, progress);
  const measured = await engine.measure(built.path, 'fp16', { ...request, batch: 4 });
  console.log(JSON.stringify(measured, null, 1));
  const bytes = new Uint8Array(new Float32Array(2 * 3 * 64).fill(0.5).buffer);
  const outputs = await engine.run(built.path, {
    input: { dataType: 'float32', shape: [2, 3, 8, 8], bytes },
  });
  console.log(
    outputs.logits?.shape,
    new Float32Array(outputs.logits!.bytes.slice().buffer).slice(0, 5),
  );
  expect(existsSync(built.path)).toBe(true);
});
