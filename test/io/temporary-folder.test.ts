import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../src/diagnostics/diagnostic.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import { watchExit } from '../helpers/watch-exit.ts';

function fill(folder: string): void {
  writeFileSync(join(folder, 'build.log'), 'words');
  writeFileSync(join(folder, 'model.onnx'), 'bytes');
  mkdirSync(join(folder, 'parts'));
  writeFileSync(join(folder, 'parts', 'one.log'), 'words');
}

/** The folder that the work had, after it threw what `fails` makes of it. */
async function folderAfter(fails: (folder: string) => unknown): Promise<string> {
  let folder = '';
  let failure: unknown;
  const work = withTemporaryFolder(async (given) => {
    folder = given;
    fill(given);
    failure = fails(given);
    throw failure;
  });
  const thrown = await work.catch((error) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(thrown).toBe(failure);
  return folder;
}

const plain = createDiagnostic('file-unreadable', { path: 'elsewhere', reason: 'it is a folder' });
const naming = (changes: (folder: string) => Partial<Diagnostic>) => (folder: string) =>
  new DiagnosticError([plain, { ...plain, ...changes(folder) }]);

describe('withTemporaryFolder', () => {
  it('gives a folder of its own, and its result back', async () => {
    const outcome = await withTemporaryFolder(async (folder) => {
      expect(dirname(folder)).toBe(tmpdir());
      expect(basename(folder)).toMatch(/^rcc-/);
      expect(readdirSync(folder)).toEqual([]);
      fill(folder);
      return folder;
    });
    expect(existsSync(outcome)).toBe(false);
  });

  it('leaves nothing of a failure that names nothing in it', async () => {
    expect(existsSync(await folderAfter(() => new Error('a bug')))).toBe(false);
    expect(existsSync(await folderAfter(naming(() => ({}))))).toBe(false);
    // A bug that happens to hold the path is no message to a user.
    expect(existsSync(await folderAfter((folder) => new Error(folder)))).toBe(false);
  });

  it.each<[string, (folder: string) => Partial<Diagnostic>]>([
    ['message', (folder) => ({ message: `see ${folder}/build.log` })],
    ['hint', (folder) => ({ hint: `see ${folder}/build.log` })],
    ['details', (folder) => ({ details: ['first', `see ${folder}/build.log`] })],
  ])('leaves the logs that a %s names, and only them', async (_, changes) => {
    const folder = await folderAfter(naming(changes));
    expect(readdirSync(folder)).toEqual(['build.log']);
    rmSync(folder, { recursive: true });
  });

  it('may be gone already', async () => {
    const work = async (folder: string) => {
      rmSync(folder, { recursive: true });
      return 'done';
    };
    expect(await withTemporaryFolder(work)).toBe('done');
  });

  it('is gone too where the process exits before the work ends', async () => {
    const exit = watchExit();
    await withTemporaryFolder(async (folder) => {
      fill(folder);
      exit();
      expect(existsSync(folder)).toBe(false);
    });
  });

  it('leaves no empty folder behind', async () => {
    let folder = '';
    await withTemporaryFolder(async (given) => {
      folder = given;
      throw naming(() => ({ message: `see ${given}` }))(given);
    }).catch(() => {});
    expect(folder).not.toBe('');
    expect(existsSync(folder)).toBe(false);
  });
});
