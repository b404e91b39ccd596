import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../src/diagnostics/diagnostic.ts';
import { keepNamedLogs } from '../../src/io/kept-logs.ts';

let root = '';
/** The folder that goes. */
let folder = '';
/** Where temporary folders are made meanwhile. */
let temporary = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rcc-logs-'));
  [folder, temporary] = [join(root, '.rcc.staged'), join(root, 'tmp')];
  for (const made of [folder, temporary]) mkdirSync(made);
  for (const name of ['build.log', 'other.log', '.log.txt', 'model.onnx'])
    writeFileSync(join(folder, name), `words of ${name}`);
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const plain = createDiagnostic('file-unreadable', { path: 'elsewhere', reason: 'it is a folder' });
const failure = (...changes: readonly Partial<Diagnostic>[]) =>
  new DiagnosticError(changes.map((change) => ({ ...plain, ...change })));

describe('keepNamedLogs', () => {
  it.each<[string, (log: string) => readonly Partial<Diagnostic>[]]>([
    ['message', (log) => [{ message: `see ${log}` }]],
    ['hint', (log) => [{ hint: `see ${log}` }]],
    ['detail', (log) => [{ details: ['first', `see ${log}`] }]],
    ['one diagnostic of several', (log) => [{}, { message: `see ${log}` }, {}]],
  ])('copies the log that a %s names, and tells its new path', async (_, changes) => {
    const renamings = await keepNamedLogs(
      failure(...changes(join(folder, 'build.log'))),
      relative('.', folder),
    );
    const [kept = ''] = readdirSync(temporary);
    expect(kept).toMatch(/^rcc-/);
    expect(readdirSync(join(temporary, kept))).toEqual(['build.log']);
    const path = join(temporary, kept, 'build.log');
    expect(readFileSync(path, 'utf8')).toBe('words of build.log');
    expect(renamings).toEqual([
      [join(folder, 'build.log'), path],
      [join(relative('.', folder), 'build.log'), path],
    ]);
  });

  it('copies all logs that are named into one folder', async () => {
    const told = ['build.log', 'other.log'].map((name) => `see ${basename(folder)}/${name}`);
    const renamings = await keepNamedLogs(failure({ details: told }), folder);
    const folders = new Set(renamings.map(([, path]) => dirname(path)));
    expect(readdirSync(temporary).map((name) => join(temporary, name))).toEqual([...folders]);
    expect(readdirSync([...folders][0] ?? '')).toEqual(['build.log', 'other.log']);
  });

  it.each<[string, (log: string) => unknown]>([
    ['names no file', () => failure({}, {})],
    ['names no log', () => failure({ message: `see ${join(folder, 'model.onnx')}` })],
    ['names what only begins as a log', () => failure({ hint: `see ${join(folder, '.log.txt')}` })],
    ['is no diagnostic', (log) => new Error(log)],
    ['is no error', (log) => log],
  ])('copies nothing where what failed %s', async (_, failed) => {
    expect(await keepNamedLogs(failed(join(folder, 'build.log')), folder)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('has no new path for what cannot be read', async () => {
    const named = (name: string) => failure({ message: `see ${join(folder, name)}` });
    mkdirSync(join(folder, 'folder.log'));
    expect(await keepNamedLogs(named('folder.log'), folder)).toEqual([]);
    expect(await keepNamedLogs(named('build.log'), join(root, 'gone'))).toEqual([]);
  });
});
