import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { Dataset } from '../../../src/images/datasets/dataset.ts';
import { type DatasetOptions, openDataset } from '../../../src/images/datasets/open-dataset.ts';
import { createPictureFolders } from '../../helpers/picture-folders.ts';

const folders = createPictureFolders();
afterAll(() => folders.remove());

const labelsOf = (...names: string[]) => ({ file: 'labels.txt', names, digest: '' });

function open(path: string, options: Partial<DatasetOptions> = {}): Promise<Dataset> {
  return openDataset(path, { classes: 3, labelled: true, ...options });
}

const listing = (dataset: Dataset) => dataset.images.map(({ name, label }) => [name, label]);
const codes = (dataset: Dataset) => dataset.diagnostics.map(({ code }) => code);

async function failureOf(dataset: Promise<Dataset>) {
  const error = await dataset.catch((thrown: unknown) => thrown);
  if (!(error instanceof DiagnosticError)) throw error;
  return error.diagnostics[0];
}

describe('folders as classes', () => {
  it('are numbered in order where there are as many as classes', async () => {
    const dataset = await open(
      folders.make(['cat/b.png', 'cat/a.png', 'ant/1.png', 'dog/x/y.png']),
    );
    expect(listing(dataset)).toEqual([
      ['ant/1.png', 0],
      ['cat/a.png', 1],
      ['cat/b.png', 1],
      ['dog/x/y.png', 2],
    ]);
    expect(dataset.classNames).toEqual(['ant', 'cat', 'dog']);
    expect(dataset.diagnostics).toEqual([]);
  });
  it('are found by label, whatever their order', async () => {
    const dataset = await open(folders.make(['cat/a.png', 'ant/1.png']), {
      labels: labelsOf('dog', 'cat', 'ant'),
    });
    expect(listing(dataset)).toEqual([
      ['ant/1.png', 2],
      ['cat/a.png', 1],
    ]);
  });
  it('are class numbers where their names are numbers', async () => {
    const dataset = await open(folders.make(['02/a.png', '00/b.png']));
    expect(listing(dataset)).toEqual([
      ['00/b.png', 0],
      ['02/a.png', 2],
    ]);
  });
  it('say so where numbers and the order of the names differ', async () => {
    const paths = Array.from({ length: 11 }, (_, digit) => `${digit}/a.png`);
    const dataset = await open(folders.make(paths), { classes: 11 });
    expect(listing(dataset).slice(0, 4)).toEqual([
      ['0/a.png', 0],
      ['1/a.png', 1],
      ['10/a.png', 10],
      ['2/a.png', 2],
    ]);
    expect(codes(dataset)).toEqual(['dataset-folder-numbers']);
  });
  describe('1 to 12 for twelve classes', () => {
    const paths = Array.from({ length: 12 }, (_, index) => `${index + 1}/a.png`);

    it('are numbered by text, with a warning', async () => {
      const path = folders.make(paths);
      const dataset = await open(path, { classes: 12 });
      expect(listing(dataset).slice(0, 5)).toEqual([
        ['1/a.png', 0],
        ['10/a.png', 1],
        ['11/a.png', 2],
        ['12/a.png', 3],
        ['2/a.png', 4],
      ]);
      expect(dataset.diagnostics).toMatchObject([
        {
          code: 'dataset-folder-order',
          severity: 'warning',
          message: `The class folders of '${path}' are numbered in the order of their names as text: 1, 10, 11, 12, 2, … are the classes 0 to 4, ….`,
          hint: 'torchvision’s ImageFolder numbers them so. If the network counts them otherwise, give `--labels FILE` with the names of the folders in its order, one a line.',
        },
      ]);
    });
    it('are what labels say', async () => {
      const labels = labelsOf(...paths.map((path) => path.replace('/a.png', '')));
      const options = { classes: 12, labels, labelsDecide: true };
      const dataset = await open(folders.make(paths), options);
      expect(listing(dataset)).toContainEqual(['10/a.png', 9]);
      expect(dataset.diagnostics).toEqual([]);
    });
    it('are told beside other words too', async () => {
      const named = ['week10/a.png', 'week8/a.png', 'week9/a.png'];
      expect(codes(await open(folders.make(named)))).toEqual(['dataset-folder-order']);
      const padded = ['week08/a.png', 'week09/a.png', 'week10/a.png'];
      expect(codes(await open(folders.make(padded)))).toEqual([]);
    });
    it('are no numbers where labels decide and name others', async () => {
      const labels = labelsOf('ant', 'bee', 'cat');
      const options = { labels, labelsDecide: true };
      const failure = await failureOf(open(folders.make(['0/a.png', '1/a.png']), options));
      expect(failure?.message).toContain("'0' names none of them");
    });
  });
  it('are not guessed where some are missing', async () => {
    const failure = await failureOf(open(folders.make(['cat/a.png', 'dog/b.png'])));
    expect(failure?.code).toBe('dataset-classes');
    const labels = labelsOf('bear', 'cat', 'horse');
    const named = await failureOf(open(folders.make(['cat/a.png', 'dog/b.png']), { labels }));
    expect(named?.message).toContain("'dog' names none of them");
  });
  it('are not found by a label that two classes have', async () => {
    const labels = labelsOf('crane', 'crane', 'cat');
    const failure = await failureOf(open(folders.make(['crane/a.png', 'cat/b.png']), { labels }));
    expect(failure?.code).toBe('dataset-classes');
  });
  it('may lie in a folder of their own', async () => {
    const dataset = await open(folders.make(['set/val/2/a.png', 'set/val/1/b.png']));
    expect(listing(dataset)).toEqual([
      ['set/val/1/b.png', 1],
      ['set/val/2/a.png', 2],
    ]);
    const one = await open(folders.make(['val/2/a.png', 'val/2/b.png']));
    expect(listing(one)[0]).toEqual(['val/2/a.png', 2]);
  });
  it('are needed for every picture', async () => {
    const path = folders.make(['0/a.png', 'loose.png']);
    const failure = await failureOf(open(path));
    expect(failure?.code).toBe('dataset-unlabelled');
    expect(failure?.message).toContain("'loose.png' lies in no class folder");
    const unlabelled = await open(path, { labelled: false });
    expect(listing(unlabelled)).toEqual([
      ['0/a.png', undefined],
      ['loose.png', undefined],
    ]);
  });
});

describe('files of a folder', () => {
  it('count where they are pictures by their extension, hidden ones do not', async () => {
    const dataset = await open(
      folders.make(['0/a.PNG', '1/b.jpeg', '2/c.webp', '2/.d.png', '.git/e.png'], {
        'readme.txt': 'x',
        '0/f.gif': 'x',
        '0/g.bmp': 'x',
      }),
    );
    expect(listing(dataset).map(([name]) => name)).toEqual(['0/a.PNG', '1/b.jpeg', '2/c.webp']);
    expect(codes(dataset)).toEqual(['dataset-skipped']);
    expect(dataset.diagnostics[0]?.message).toContain('2 pictures');
  });
  it('are followed through links, but not in circles', async () => {
    const inner = folders.make(['a.png']);
    const path = folders.make(['0/a.png', '1/a.png']);
    symlinkSync(inner, join(path, '2'));
    symlinkSync(path, join(path, '0/again'));
    symlinkSync(join(path, 'nowhere'), join(path, '0/broken.png'));
    const dataset = await open(path);
    expect(listing(dataset).map(([name]) => name)).toEqual(['0/a.png', '1/a.png', '2/a.png']);
    expect((await dataset.decode(2)).width).toBe(23);
  });
  it('fail one by one', async () => {
    const dataset = await open(folders.make(['0/a.png', '2/c.png'], { '1/b.jpg': 'no picture' }));
    expect((await dataset.decode(0)).height).toBe(31);
    await expect(dataset.decode(1)).rejects.toThrow(/1\/b\.jpg' cannot be read as a picture/);
    expect((await dataset.decode(2)).height).toBe(31);
  });
  it('must be there', async () => {
    const empty = folders.make([], { 'readme.txt': 'x' });
    expect((await failureOf(open(empty)))?.code).toBe('dataset-empty');
    expect((await failureOf(open(join(empty, 'none'))))?.code).toBe('file-not-found');
    expect((await failureOf(open(join(empty, 'readme.txt'))))?.code).toBe('dataset-format');
  });
});

describe('a list of labels', () => {
  function list(text: string): string {
    const path = join(folders.root, 'list.txt');
    writeFileSync(path, text);
    return path;
  }
  it('labels a flat folder', async () => {
    const path = folders.make(['b.png', 'a.png', 'c d.png']);
    const dataset = await open(path, { list: list('a.png 2\n./b.png 0\r\nc d.png 1\n\n') });
    expect(listing(dataset)).toEqual([
      ['a.png', 2],
      ['b.png', 0],
      ['c d.png', 1],
    ]);
  });
  it('takes tabs, commas and labels', async () => {
    const path = folders.make(['a.png', 'b.png', 'c.png']);
    const labels = labelsOf('ant', 'great white shark', 'cat');
    const text = 'a.png\tgreat white shark\nb.png,cat\nc.png ant\n';
    expect(listing(await open(path, { labels, list: list(text) }))).toEqual([
      ['a.png', 1],
      ['b.png', 2],
      ['c.png', 0],
    ]);
  });
  it('replaces the folders, may leave out the one around all, and pictures', async () => {
    const path = folders.make(['val/x/a.png', 'val/y/b.png', 'val/x/c.png']);
    const dataset = await open(path, { list: list('x/a.png 1\nval/y/b.png 2\n') });
    expect(listing(dataset)).toEqual([
      ['val/x/a.png', 1],
      ['val/y/b.png', 2],
    ]);
    expect(codes(dataset)).toEqual(['dataset-unlisted']);
  });
  it.each([
    ['a.png\n', 'dataset-list-line', 'Line 1'],
    ['a.png 0\na.png 1\n', 'dataset-list-line', 'another label than a line before'],
    ['a.png dag\n', 'dataset-list-line', "'dag', which is no class"],
    ['a.png 3\n', 'dataset-list-range', '0 to 2'],
    ['a.png -1\n', 'dataset-list-range', '-1 to -1'],
    ['z.png 0\n', 'dataset-list-unknown', "'z.png'"],
  ])('%j is refused', async (text, code, part) => {
    const labels = labelsOf('ant', 'dog', 'cat');
    const failure = await failureOf(open(folders.make(['a.png']), { labels, list: list(text) }));
    expect(failure?.code).toBe(code);
    expect(failure?.message).toContain(part);
  });
  it('hints at lists that count from 1, and at the nearest label', async () => {
    const path = folders.make(['a.png', 'b.png']);
    const shifted = await failureOf(open(path, { list: list('a.png 1\nb.png 3\n') }));
    expect(shifted?.hint).toContain('counts from 1');
    const labels = labelsOf('ant', 'dog', 'cat');
    const misspelt = await failureOf(open(path, { labels, list: list('a.png dgo\n') }));
    expect(misspelt?.hint).toContain('Each line');
    const near = await failureOf(open(path, { labels, list: list('a.png ants\n') }));
    expect(near?.hint).toContain("'ant'");
  });
});
