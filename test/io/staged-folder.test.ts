import { execFileSync, spawnSync } from 'node:child_process';
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeArtifact } from '../../src/io/artifact.ts';
import { nameOfHost } from '../../src/io/partial-names.ts';
import { replaceOwnFiles } from '../../src/io/staged-folder.ts';
import { textsIn, writeTexts } from '../helpers/folders.ts';
import { watchExit } from '../helpers/watch-exit.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-staged-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = { isOwn: (name: string) => name.endsWith('.own'), seal: 'seal.own' };

/** All files of a folder with what they hold. */
const mine = { 'notes.txt': 'mine' };
const earlier = { 'a.own': 'old', 'seal.own': 'old', 'surplus.own': 'old' };
const next = { 'a.own': '2', 'b.own': '2', 'new.own': '2', 'seal.own': '2' };

const make =
  (content: Readonly<Record<string, string>>, keep = true) =>
  async (staged: string) => {
    writeTexts(staged, content);
    return { value: 'made', keep };
  };

describe('replaceOwnFiles', () => {
  it('puts new files in the place of all earlier ones, and leaves those of others', async () => {
    writeTexts(folder, { ...mine, ...earlier });
    expect(await replaceOwnFiles(folder, files, make(next))).toBe('made');
    expect(textsIn(folder)).toEqual({ ...mine, ...next });
  });

  it('makes the folders that are missing', async () => {
    const deep = join(folder, 'a', 'b');
    await replaceOwnFiles(deep, files, make(next));
    expect(textsIn(deep)).toEqual(next);
  });

  it('shows nothing of what is made before all of it is', async () => {
    writeTexts(folder, earlier);
    await replaceOwnFiles(folder, files, async (staged) => {
      writeTexts(staged, next);
      const visible = readdirSync(folder).filter((name) => !name.startsWith('.'));
      expect(visible.toSorted()).toEqual(Object.keys(earlier));
      return { value: undefined, keep: true };
    });
  });

  it.each([
    ['fails', async () => Promise.reject(new Error('no'))],
    ['withholds what it made', make(next, false)],
  ])('leaves everything as it was where the work %s', async (_, work) => {
    writeTexts(folder, { ...mine, ...earlier });
    await replaceOwnFiles(folder, files, work).catch(() => {});
    expect(textsIn(folder)).toEqual({ ...mine, ...earlier });
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
    expect(textsIn(folder)).toEqual({ elsewhere: 'kept', ...next });
  });

  it('leaves a name of ours that is neither file nor folder', async () => {
    execFileSync('mkfifo', [join(folder, 'b.own')]);
    await expect(replaceOwnFiles(folder, files, make(next))).rejects.toThrow(
      /b\.own.*it is not a regular file/,
    );
  });

  it('takes nothing else that a tool made', async () => {
    await replaceOwnFiles(folder, files, make({ ...next, 'cache.tool': 'x' }));
    expect(textsIn(folder)).toEqual(next);
  });

  it('takes work without a seal for a mistake, and leaves everything as it was', async () => {
    writeTexts(folder, { ...mine, ...earlier });
    const { 'seal.own': _, ...unsealed } = next;
    await expect(replaceOwnFiles(folder, files, make(unsealed))).rejects.toThrow(Error);
    expect(textsIn(folder)).toEqual({ ...mine, ...earlier });
  });

  it.each([
    ['before the work', () => {}],
    ['while it has files', (staged: string) => writeTexts(staged, next)],
    ['when it has taken its folder away', (staged: string) => rmSync(staged, { recursive: true })],
  ])('leaves nothing where the process exits %s', async (_, work) => {
    const exit = watchExit();
    const listeners = process.listenerCount('exit');
    const made = join(folder, 'a', 'b');
    const withheld = async (staged: string) => {
      work(staged);
      exit();
      expect(readdirSync(folder)).toEqual([]);
      return { value: undefined, keep: false };
    };
    await replaceOwnFiles(made, files, withheld);
    await replaceOwnFiles(made, files, make(next));
    expect(process.listenerCount('exit')).toBe(listeners);
  });
});

describe('a swap', () => {
  /** Runs `work` while each rename tells its number first. */
  async function watchingRenames(
    onRename: (count: number) => void,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    const rename = fs.renameSync;
    let count = 0;
    fs.renameSync = (from, to) => {
      onRename(count++);
      rename(from, to);
    };
    syncBuiltinESMExports();
    try {
      return await work();
    } finally {
      fs.renameSync = rename;
      syncBuiltinESMExports();
    }
  }
  /** Three files leave, their folder gets its name, four come. */
  const each = Array.from({ length: 3 + 1 + 4 }, (_, i) => i);
  beforeEach(() => writeTexts(folder, { ...mine, ...earlier }));
  const swap = () => replaceOwnFiles(folder, files, make(next));

  it('shows a seal only beside all files that it belongs to', async () => {
    const seen: unknown[] = [];
    await watchingRenames(() => {
      const own = readdirSync(folder).filter(files.isOwn).toSorted();
      seen.push(own.includes(files.seal) ? own : 'unsealed');
    }, swap);
    expect(seen).toEqual([Object.keys(earlier), ...each.slice(1).map(() => 'unsealed')]);
  });

  it.each(each)('refused at rename %i leaves everything as it was', async (limit) => {
    const refuse = (count: number) => {
      if (count === limit) throw Object.assign(new Error('refused'), { code: 'EIO' });
    };
    await expect(watchingRenames(refuse, swap)).rejects.toThrow(/file-unwritable/);
    expect(textsIn(folder)).toEqual({ ...mine, ...earlier });
  });

  /** The folder of a run that was killed when it had put earlier files aside. */
  function leave(staged: Readonly<Record<string, string>>): void {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const left = join(folder, `.rcc.${nameOfHost(hostname())}.${pid}.0.partial`);
    mkdirSync(join(left, '.replaced'), { recursive: true });
    writeTexts(left, { '.coming.json': JSON.stringify(Object.keys(next)), ...staged });
    writeTexts(join(left, '.replaced'), earlier);
  }
  const nextRun = () =>
    writeArtifact(join(folder, 'bench.json'), (sink) => sink.write(Buffer.from('{}')));

  it('killed when all of it was done stays done', async () => {
    for (const name of Object.keys(earlier)) rmSync(join(folder, name));
    writeTexts(folder, next);
    leave({});
    await nextRun();
    expect(textsIn(folder)).toEqual({ 'bench.json': '{}', ...mine, ...next });
  });

  it.each([
    ['as they came', { 'a.own': '2', 'b.own': '2' }],
    ['but for one that somebody took away', { 'b.own': '2' }],
  ])('killed before it was done is taken back, with the new files %s', async (_, come) => {
    for (const name of Object.keys(earlier)) rmSync(join(folder, name));
    writeTexts(folder, come);
    leave({ 'new.own': '2', 'seal.own': '2' });
    await nextRun();
    expect(textsIn(folder)).toEqual({ 'bench.json': '{}', ...mine, ...earlier });
  });
});
