import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseLabels, readLabels } from '../../src/images/labels.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-labels-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(text: string): string {
  const path = join(folder, 'labels.txt');
  writeFileSync(path, text);
  return path;
}

describe('parseLabels', () => {
  it('takes one label a line, without white space and empty lines', () => {
    expect(parseLabels('\uFEFFtench\r\n goldfish \n\ngreat white shark\n\n')).toEqual([
      'tench',
      'goldfish',
      'great white shark',
    ]);
  });
  it('ends lines as old Macs did: Python would read a label with CR as two', () => {
    expect(parseLabels('tench\rgoldfish\r')).toEqual(['tench', 'goldfish']);
  });
  it("drops the line numbers of PaddleClas' lists", () => {
    expect(parseLabels('0 tench, Tinca tinca\n1 goldfish\n')).toEqual([
      'tench, Tinca tinca',
      'goldfish',
    ]);
  });
  it('keeps numbers that are labels', () => {
    expect(parseLabels('0\n1\n2\n')).toEqual(['0', '1', '2']);
    expect(parseLabels('0 ducks\n2 swans\n')).toEqual(['0 ducks', '2 swans']);
  });
});

describe('readLabels', () => {
  it('gives names and the digest of the file', async () => {
    const file = write('a\nb\n');
    const digest = createHash('sha256').update('a\nb\n').digest('hex');
    expect(await readLabels(file, 2)).toEqual({ file, names: ['a', 'b'], digest });
  });
  it('fails where their number is not that of the classes', async () => {
    await expect(readLabels(write('a\nb\n'), 3)).rejects.toThrow('labels-count');
  });
  it('fails where there is no file', async () => {
    await expect(readLabels(join(folder, 'none.txt'), 3)).rejects.toThrow('file-not-found');
  });
});
