import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyDigest } from '../../engines/engine-key.ts';
import { chooseEntries, collectEngines } from '../../src/engine-cache/collect.ts';
import type { Entry } from '../../src/engine-cache/entry.ts';
import { nameOfHost } from '../../src/io/partial-names.ts';
import { freshCache, obtain } from './helpers.ts';

const hour = 3_600_000;

describe('what goes', () => {
  const stored = fc.array(
    fc.record({ sizeBytes: fc.nat(100), usedAtMs: fc.nat(100), isDamaged: fc.boolean() }),
  );

  it('is within the bound, and nothing goes that would have fitted', () => {
    fc.assert(
      fc.property(stored, fc.nat(300), fc.nat(100), (entries, maxBytes, oldestMs) => {
        const sorted = entries
          .toSorted((a, b) => b.usedAtMs - a.usedAtMs)
          .map(({ isDamaged, ...rest }, i) => ({
            ...rest,
            digest: String(i),
            ...(isDamaged ? {} : { entry: {} as Entry }),
          }));
        const { kept, removed } = chooseEntries(sorted, { maxBytes, oldestMs });
        const total = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        expect(total).toBeLessThanOrEqual(maxBytes);
        expect(kept.length + removed.length).toBe(sorted.length);
        expect(kept.every(({ entry, usedAtMs }) => entry && usedAtMs >= oldestMs)).toBe(true);
        for (const { entry, usedAtMs, sizeBytes } of removed) {
          if (entry && usedAtMs >= oldestMs) expect(total + sizeBytes).toBeGreaterThan(maxBytes);
        }
      }),
    );
  });

  it('is what was not used for so long; a use counts', async () => {
    const cache = freshCache();
    for (const graph of ['a', 'b', 'c']) {
      await obtain(cache, { graph });
      const then = (Date.now() - 5 * hour) / 1000;
      utimesSync(join(cache.directory, keyDigest({ graph }), 'entry.json'), then, then);
    }
    expect((await obtain(cache, { graph: 'b' })).isBuilt).toBe(false);
    const planned = await collectEngines(cache, { olderThanMs: hour, isDryRun: true });
    expect([planned.removed.length, readdirSync(cache.directory).length]).toEqual([2, 3]);
    const { removed, kept } = await collectEngines(cache, { olderThanMs: hour });
    expect([removed.length, kept.map(({ digest }) => digest)]).toEqual([
      2,
      [keyDigest({ graph: 'b' })],
    ]);
    expect(readdirSync(cache.directory)).toEqual([keyDigest({ graph: 'b' })]);
  });

  it('is what a killed run left, and not what a running one makes', async () => {
    const cache = freshCache();
    await obtain(cache, { graph: 'a' });
    const { pid } = spawnSync('true');
    const partial = (id: number) => `.rcc.${nameOfHost(hostname())}.${id}.0.partial`;
    for (const id of [pid, process.ppid]) {
      mkdirSync(join(cache.directory, partial(id)));
      writeFileSync(join(cache.directory, partial(id), 'model.plan'), 'half');
    }
    await collectEngines(cache);
    const left = [keyDigest({ graph: 'a' }), partial(process.ppid)];
    expect(readdirSync(cache.directory).sort()).toEqual(left.sort());
  });

  it('nothing, where there is no cache', async () => {
    expect(await collectEngines(freshCache())).toEqual({ removed: [], kept: [] });
  });
});
