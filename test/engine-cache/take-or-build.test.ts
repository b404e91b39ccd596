import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyDigest } from '../../engines/engine-key.ts';
import { createDiagnostic } from '../../src/diagnostics/diagnostic.ts';
import { freshCache, obtain } from './helpers.ts';

const key = { graph: 'a', weights: 'b' };
const digest = keyDigest(key);

describe('an engine that was built before', () => {
  it('is taken, with all that belongs to it', async () => {
    const cache = freshCache();
    const first = await obtain(cache, key);
    expect([first.isBuilt, first.takenFrom, first.notes]).toEqual([true, undefined, []]);
    const second = await obtain(cache, key, 'another');
    expect([second.isBuilt, second.notes]).toEqual([false, []]);
    expect(Date.parse(second.takenFrom ?? '')).toBeLessThanOrEqual(Date.now());
    expect(readdirSync(second.directory)).toEqual(['model.plan', 'trtexec-build.log']);
    for (const file of readdirSync(second.directory)) {
      const [mine, its] = [second, first].map((one) => readFileSync(join(one.directory, file)));
      expect(mine).toEqual(its);
    }
    const { path: _, buildMs: _ms, ...told } = second.built;
    const { path: _first, buildMs: _firstMs, ...built } = first.built;
    expect(told).toEqual(built);
    expect(second.built.path).toBe(join(second.directory, 'model.plan'));
  });

  it('is a copy: what is done to it leaves the cache alone', async () => {
    const cache = freshCache();
    await obtain(cache, key);
    const second = await obtain(cache, key);
    truncateSync(second.built.path, 2);
    const third = await obtain(cache, key);
    expect([third.isBuilt, readFileSync(third.built.path, 'utf8')]).toEqual([false, 'engine']);
  });

  it('has the notes of its planning told all the same', async () => {
    const cache = freshCache();
    await obtain(cache, key);
    const note = createDiagnostic('engine-cache-dropped', {});
    const { isBuilt, notes } = await obtain(cache, key, 'engine', [note]);
    expect([isBuilt, notes]).toEqual([false, [note.code]]);
  });

  it('is not taken for another key', async () => {
    const cache = freshCache();
    await obtain(cache, key);
    expect((await obtain(cache, { ...key, weights: 'c' })).isBuilt).toBe(true);
  });

  it('that failed its check is forgotten, and it is told where it came from', async () => {
    const cache = freshCache();
    await obtain(cache, key);
    const second = await obtain(cache, key);
    await second.forget();
    expect((await obtain(cache, key)).isBuilt).toBe(true);
  });
});

describe('an entry that is damaged', () => {
  const place = (cache: { directory: string }, file: string) => join(cache.directory, digest, file);

  it.each([
    ['a file cut short', (path: string) => truncateSync(path, 3), 'model.plan'],
    ['a file changed', (path: string) => writeFileSync(path, 'enGine'), 'model.plan'],
    ['a file gone', (path: string) => rmSync(path), 'model.plan'],
    ['another log', (path: string) => writeFileSync(path, ''), 'trtexec-build.log'],
    ['no JSON', (path: string) => writeFileSync(path, '{'), 'entry.json'],
    ['another form', (path: string) => writeFileSync(path, '{"schemaVersion":9}'), 'entry.json'],
    [
      'a path that leads elsewhere',
      (path: string) =>
        writeFileSync(path, readFileSync(path, 'utf8').replace('model.plan', '../model.plan')),
      'entry.json',
    ],
    [
      'another key',
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('"b"', '"c"')),
      'entry.json',
    ],
  ])('%s: a note, and a build', async (_what, damage, file) => {
    const cache = freshCache();
    await obtain(cache, key);
    damage(place(cache, file));
    const second = await obtain(cache, key, 'anew');
    expect([second.isBuilt, second.notes]).toEqual([true, ['engine-cache-damaged']]);
    expect(readdirSync(second.directory)).toEqual(['model.plan', 'trtexec-build.log']);
    const third = await obtain(cache, key);
    expect([third.isBuilt, readFileSync(third.built.path, 'utf8')]).toEqual([false, 'anew']);
  });

  it('a folder without an entry is built over', async () => {
    const cache = freshCache();
    mkdirSync(join(cache.directory, digest, 'half'), { recursive: true });
    expect((await obtain(cache, key)).notes).toEqual(['engine-cache-damaged']);
    expect((await obtain(cache, key)).isBuilt).toBe(false);
  });
});

describe('a cache that cannot be used', () => {
  it('as its place is a file: a note, and a build', async () => {
    const cache = freshCache();
    writeFileSync(cache.directory, '');
    const { isBuilt, notes } = await obtain(cache, key);
    expect([isBuilt, notes]).toEqual([true, ['engine-cache-unusable']]);
  });

  it('as it may only be read: what is there is taken, what is not is built', async () => {
    const cache = freshCache();
    await obtain(cache, key);
    chmodSync(cache.directory, 0o500);
    const known = await obtain(cache, key);
    const other = await obtain(cache, { graph: 'other' });
    chmodSync(cache.directory, 0o700);
    expect([known.isBuilt, known.notes]).toEqual([false, []]);
    // The superuser may write all the same.
    const told = process.getuid?.() === 0 ? [] : ['engine-cache-unusable'];
    expect([other.isBuilt, other.notes]).toEqual([true, told]);
  });
});

describe('what the cache holds', () => {
  it('stays below its bound, and what was used last stays', async () => {
    const cache = freshCache(6000);
    const keys = Array.from({ length: 6 }, (_, i) => ({ graph: String(i) }));
    for (const one of keys) await obtain(cache, one, 'x'.repeat(1000));
    const kept = new Set(readdirSync(cache.directory));
    expect(kept.size).toBeGreaterThan(1);
    expect(kept.size).toBeLessThan(6);
    expect(kept).toContain(keyDigest({ graph: '5' }));
    expect(kept).not.toContain(keyDigest({ graph: '0' }));
  });

  it('two that build the same at once both succeed, and one entry is left', async () => {
    const cache = freshCache();
    const both = await Promise.all([obtain(cache, key, 'one'), obtain(cache, key, 'two')]);
    expect(both.map(({ isBuilt, notes }) => [isBuilt, notes])).toEqual([
      [true, []],
      [true, []],
    ]);
    expect(readdirSync(cache.directory)).toEqual([digest]);
    const later = await obtain(cache, key);
    expect(later.isBuilt).toBe(false);
    expect(['one', 'two']).toContain(readFileSync(later.built.path, 'utf8'));
  });
});
