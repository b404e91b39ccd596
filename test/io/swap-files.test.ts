import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { swapFiles, undoSwap } from '../../src/io/swap-files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcc-swap-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const text = (path: string): string => readFileSync(join(folder, path), 'utf8');
const staged = (): string => join(folder, 'staged');
const swap = { leaving: [], inPlace: ['m/config'], coming: ['m/2', 'm/config', 'record'] };

describe('a swap in folders', () => {
  beforeEach(() =>
    write({ 'm/config': 'old', 'm/1/plan': '1', 'staged/m/2/plan': '2', 'staged/m/config': 'new' }),
  );

  it('brings folders whole and replaces files in place', () => {
    write({ 'staged/record': 'r' });
    swapFiles(staged(), folder, swap);
    expect(['m/1/plan', 'm/2/plan', 'm/config', 'record'].map(text)).toEqual([
      '1',
      '2',
      'new',
      'r',
    ]);
    undoSwap(staged(), folder);
    expect(text('m/config')).toBe('new');
  });

  it('is taken back where its last file does not come', () => {
    expect(() => swapFiles(staged(), folder, swap)).toThrow('ENOENT');
    // What counts is not there to tell; what was staged stays for the next run.
    write({ 'staged/record': 'r' });
    undoSwap(staged(), folder);
    expect(text('m/config')).toBe('old');
    expect(existsSync(join(folder, 'm/2'))).toBe(false);
    expect(text('m/1/plan')).toBe('1');
  });
});
