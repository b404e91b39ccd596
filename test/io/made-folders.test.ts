import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolders, removeFolders, removeFoldersAtExit } from '../../src/io/made-folders.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rcc-folders-'));
});
afterEach(() => rmSync(root, { recursive: true }));
const inside = (path: string): string => join(root, path);

describe('folders that are made', () => {
  it('are told, the deepest first', async () => {
    mkdirSync(inside('a'));
    expect(await makeFolders(inside('a/b/c'))).toEqual([inside('a/b/c'), inside('a/b')]);
    expect(await makeFolders(inside('a/b/c'))).toEqual([]);
  });

  it('are those of one run each where several begin at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => makeFolders(inside('a/b'))));
    expect(made.flat().toSorted()).toEqual([inside('a'), inside('a/b')]);
  });

  it('cannot be made where a file is in the way', async () => {
    writeFileSync(inside('a'), '');
    await expect(makeFolders(inside('a'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolders(inside('a/b/c'))).rejects.toThrow();
  });

  it.each([
    ['later', removeFolders],
    ['at an exit', async (folders: readonly string[]) => removeFoldersAtExit(folders)],
  ])('are removed %s as far as they hold nothing else', async (_, remove) => {
    await remove(await makeFolders(inside('a/b')));
    expect(existsSync(inside('a'))).toBe(false);
    const made = await makeFolders(inside('a/b'));
    writeFileSync(inside('a/mine'), '');
    await remove(made).catch(() => {});
    expect([existsSync(inside('a/b')), existsSync(inside('a/mine'))]).toEqual([false, true]);
  });
});
