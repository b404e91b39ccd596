import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

interface Row {
  readonly name: string;
  readonly file: string;
  readonly params: number;
  readonly top1: number;
  readonly input: { readonly height: number };
}

interface PublishedModel {
  readonly spec: string;
  readonly side: number;
  readonly top1: number;
  readonly paramsM: number;
}

describe('rcc list', () => {
  it('shows what was published of each model, as data', async () => {
    const { exitCode, stdout, stderr } = await rcc('list', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const rows: readonly Row[] = JSON.parse(stdout).result;
    const { models } = JSON.parse(readFileSync('specs/published.json', 'utf8'));
    const published: readonly PublishedModel[] = models;
    expect(rows.map(({ name }) => name).toSorted()).toEqual(
      published.map(({ spec }) => spec).toSorted(),
    );
    for (const { spec, side, top1, paramsM } of published) {
      const row = rows.find(({ name }) => name === spec);
      expect(row).toMatchObject({ top1, input: { height: side } });
      expect(basename(row?.file ?? '')).toBe(`${spec}.rn`);
      expect((row?.params ?? 0) / 1e6).toBeCloseTo(paramsM, 1);
    }
  });

  it('is a table that 80 columns hold', async () => {
    const { stdout } = await rcc('list');
    await expect(stdout).toMatchFileSnapshot('golden/list.txt');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
