import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchesOf } from '../../src/farm/batches.ts';

const task = fc.record({
  key: fc.uuid(),
  gpu: fc.constantFrom('t4', 'v100'),
  limitMinutes: fc.integer({ min: 1, max: 300 }),
  excludeNodes: fc.subarray(['n1', 'n2', 'n3']),
});

it('every task is in one batch, with its class, its nodes and no less than its limit', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(task, { selector: ({ key }) => key, maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (tasks, most) => {
        const batches = batchesOf(tasks, { tasks: most, minutes: 100_000 });
        expect(batches.flatMap(({ keys }) => keys).toSorted()).toEqual(
          tasks.map(({ key }) => key).toSorted(),
        );
        for (const batch of batches) {
          expect(batch.keys.length).toBeLessThanOrEqual(most);
          for (const { key, gpu, limitMinutes, excludeNodes } of tasks) {
            if (!batch.keys.includes(key)) continue;
            expect(batch.gpu).toBe(gpu);
            expect(batch.excludeNodes).toEqual(excludeNodes);
            expect(batch.minutes).toBeGreaterThanOrEqual(limitMinutes);
            expect(batch.minutes).toBeLessThan(2 * limitMinutes + 1);
          }
        }
      },
    ),
  );
});

it('the site has the last word on the limit', () => {
  const tasks = [{ key: 'a', gpu: 't4', limitMinutes: 200 }];
  expect(batchesOf(tasks, { tasks: 10, minutes: 120 })).toMatchObject([{ minutes: 120 }]);
});

it('10 000 cells of two classes are at most 20 calls of sbatch', () => {
  const tasks = Array.from({ length: 10_000 }, (_, i) => ({
    key: `cell-${i}`,
    gpu: i % 2 === 0 ? 't4' : 'v100',
    limitMinutes: 1 + (i % 30),
  }));
  const batches = batchesOf(tasks, { tasks: 1000, minutes: 240 });
  expect(batches.length).toBeLessThanOrEqual(20);
});

it('the same tasks make a batch of the same name, others another', () => {
  const name = (key: string, limitMinutes: number) =>
    batchesOf([{ key, gpu: 't4', limitMinutes }], { tasks: 10, minutes: 60 })[0]?.name;
  expect(name('a', 4)).toBe(name('a', 3));
  expect(name('a', 4)).not.toBe(name('a', 8));
  expect(name('a', 4)).not.toBe(name('b', 4));
});
