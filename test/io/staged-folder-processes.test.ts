import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeArtifact } from '../../src/io/artifact.ts';
import { bundleScript } from '../helpers/bundle-script.ts';
import { textsIn, writeTexts } from '../helpers/folders.ts';

const script = await bundleScript('processes/replace-artifact.mjs');
afterAll(() => rmSync(script.folder, { recursive: true }));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-staged-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** All files of a folder with what they hold. */
const mine = { 'notes.txt': 'mine' };
const earlier = { 'a.own': 'old', 'seal.own': 'old', 'surplus.own': 'old' };
const next = { 'a.own': '2', 'b.own': '2', 'new.own': '2', 'seal.own': '2' };

describe('a swap', () => {
  const run = (...argv: readonly string[]) =>
    spawnSync(process.execPath, [script.path, folder, ...argv], { encoding: 'utf8' });
  /** Three files leave, their folder gets its name, four come. */
  const renames = 3 + 1 + 4;
  const each = Array.from({ length: renames }, (_, i) => i);

  it('takes that many renames', () => {
    writeTexts(folder, { ...mine, ...earlier });
    expect(run('2').stdout).toBe(`done after ${renames}`);
    expect(textsIn(folder)).toEqual({ ...mine, ...next });
  });

  it.each(
    each,
  )('killed at rename %i mixes nothing, and the next run takes it back', async (limit) => {
    writeTexts(folder, { ...mine, ...earlier });
    expect(run('2', String(limit)).signal).toBe('SIGKILL');
    // Whoever looks for a seal finds none, or that of files that are all there.
    if (existsSync(join(folder, 'seal.own')))
      expect(readFileSync(join(folder, 'a.own'), 'utf8')).toBe('old');
    await writeArtifact(join(folder, 'bench.json'), (sink) => sink.write(Buffer.from('{}')));
    expect(textsIn(folder)).toEqual({ 'bench.json': '{}', ...mine, ...earlier });
  });

  it.each(each)('refused at rename %i by the system leaves everything as it was', (limit) => {
    writeTexts(folder, { ...mine, ...earlier });
    expect(run('2', String(limit), 'refuse').stdout).toContain('file-unwritable');
    expect(textsIn(folder)).toEqual({ ...mine, ...earlier });
  });
});
