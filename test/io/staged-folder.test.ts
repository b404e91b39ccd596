import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeArtifact } from '../../src/io/artifact.ts';
import { replaceOwnFiles } from '../../src/io/staged-folder.ts';
import { bundleScript } from '../helpers/bundle-script.ts';

const script = await bundleScript('processes/replace-artifact.mjs');
afterAll(() => rmSync(script.folder, { recursive: true }));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-staged-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = { isOwn: (name: string) => name.endsWith('.own'), seal: 'seal.own' };

/** All files of a folder with what they hold. */
function contentOf(directory: string): Record<string, string> {
  const names = readdirSync(directory).toSorted();
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
}

function fill(directory: string, content: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(content)) writeFileSync(join(directory, name), text);
}

const mine = { 'notes.txt': 'mine' };
const earlier = { 'a.own': 'old', 'seal.own': 'old', 'surplus.own': 'old' };
const next = { 'a.own': '2', 'b.own': '2', 'new.own': '2', 'seal.own': '2' };

const make =
  (content: Readonly<Record<string, string>>, keep = true) =>
  async (staged: string) => {
    fill(staged, content);
    return { value: 'made', keep };
  };

describe('replaceOwnFiles', () => {
  it('puts new files in the place of all earlier ones, and leaves those of others', async () => {
    fill(folder, { ...mine, ...earlier });
    expect(await replaceOwnFiles(folder, files, make(next))).toBe('made');
    expect(contentOf(folder)).toEqual({ ...mine, ...next });
  });

  it('makes the folders that are missing', async () => {
    const deep = join(folder, 'a', 'b');
    await replaceOwnFiles(deep, files, make(next));
    expect(contentOf(deep)).toEqual(next);
  });

  it('shows nothing of what is made before all of it is', async () => {
    fill(folder, earlier);
    await replaceOwnFiles(folder, files, async (staged) => {
      fill(staged, next);
      const visible = readdirSync(folder).filter((name) => !name.startsWith('.'));
      expect(visible.toSorted()).toEqual(Object.keys(earlier));
      return { value: undefined, keep: true };
    });
  });

  it.each([
    ['fails', async () => Promise.reject(new Error('no'))],
    ['withholds what it made', make(next, false)],
  ])('leaves everything as it was where the work %s', async (_, work) => {
    fill(folder, { ...mine, ...earlier });
    await replaceOwnFiles(folder, files, work).catch(() => {});
    expect(contentOf(folder)).toEqual({ ...mine, ...earlier });
    await replaceOwnFiles(join(folder, 'a', 'b'), files, work).catch(() => {});
    expect(existsSync(join(folder, 'a'))).toBe(false);
  });

  it('takes a name that is no file of ours for the user’s, before anything is made', async () => {
    mkdirSync(join(folder, 'b.own'));
    let worked = false;
    const work = async () => {
      worked = true;
      return { value: undefined, keep: true };
    };
    await expect(replaceOwnFiles(folder, files, work)).rejects.toThrow(/b\.own.*it is a folder/);
    expect(worked).toBe(false);
  });

  it('replaces a symbolic link and not what it leads to', async () => {
    writeFileSync(join(folder, 'elsewhere'), 'kept');
    symlinkSync('elsewhere', join(folder, 'a.own'));
    await replaceOwnFiles(folder, files, make(next));
    expect(contentOf(folder)).toEqual({ elsewhere: 'kept', ...next });
  });
});

describe('a swap', () => {
  const run = (...argv: readonly string[]) =>
    spawnSync(process.execPath, [script.path, folder, ...argv], { encoding: 'utf8' });
  /** Three files leave, their folder gets its name, four come. */
  const renames = 3 + 1 + 4;
  const each = Array.from({ length: renames }, (_, i) => i);

  it('takes that many renames', () => {
    fill(folder, { ...mine, ...earlier });
    expect(run('2').stdout).toBe(`done after ${renames}`);
    expect(contentOf(folder)).toEqual({ ...mine, ...next });
  });

  it.each(
    each,
  )('killed at rename %i mixes nothing, and the next run takes it back', async (limit) => {
    fill(folder, { ...mine, ...earlier });
    expect(run('2', String(limit)).signal).toBe('SIGKILL');
    // Whoever looks for a seal finds none, or that of files that are all there.
    if (existsSync(join(folder, 'seal.own')))
      expect(readFileSync(join(folder, 'a.own'), 'utf8')).toBe('old');
    await writeArtifact(join(folder, 'bench.json'), (sink) => sink.write(Buffer.from('{}')));
    expect(contentOf(folder)).toEqual({ 'bench.json': '{}', ...mine, ...earlier });
  });

  it('killed when all of it was done stays done', async () => {
    fill(folder, { ...mine, ...earlier });
    expect(run('2').signal).toBeNull();
    // The folder as a run leaves it that is killed before it cleans up.
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const host = hostname().replaceAll(/[^\w-]/g, '_');
    const left = join(folder, `.rcc.${host}.${pid}.0.partial`);
    mkdirSync(join(left, 'replaced'), { recursive: true });
    fill(left, { 'coming.json': JSON.stringify(Object.keys(next)) });
    fill(join(left, 'replaced'), earlier);
    await writeArtifact(join(folder, 'bench.json'), (sink) => sink.write(Buffer.from('{}')));
    expect(contentOf(folder)).toEqual({ 'bench.json': '{}', ...mine, ...next });
  });

  it.each(each)('refused at rename %i by the system leaves everything as it was', (limit) => {
    fill(folder, { ...mine, ...earlier });
    expect(run('2', String(limit), 'refuse').stdout).toContain('file-unwritable');
    expect(contentOf(folder)).toEqual({ ...mine, ...earlier });
  });
});
