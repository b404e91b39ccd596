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

function fill(folder: string): void {
  writeFileSync(join(folder, 'build.log'), 'words');
  writeFileSync(join(folder, 'model.onnx'), 'bytes');
  mkdirSync(join(folder, 'parts'));
  writeFileSync(join(folder, 'parts', 'one.log'), 'words');
}

/** The folder that the work had, after it threw what `fails` makes of it. */
async function folderAfter(fails: (folder: string) => unknown): Promise<string> {
  let folder = '';
  const thrown = await withTemporaryFolder(async (given) => {
    folder = given;
    fill(given);
    throw fails(given);
  }).catch((error) => error);
  expect(thrown).toBeInstanceOf(Error);
  return folder;
}

const naming = (changes: (folder: string) => Partial<Diagnostic>) => (folder: string) =>
  new DiagnosticError([
    {
      ...createDiagnostic('file-unreadable', { path: 'elsewhere', reason: 'it is a folder' }),
      ...changes(folder),
    },
  ]);

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
