import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rooms, lowest first: each may import from itself and from those before it. */
const rooms = [
  'src/version.ts',
  'src/diagnostics',
  'src/language',
  'codegen',
  'src/io',
  'engines',
  'src/images',
  'src/accuracy',
  'src/calibration',
  'src/report',
  'src/estimate',
  'src/targets',
  'src/compile',
  'src/index.ts',
  'src/cli',
];

/** What codegen may know of the language: the words of a spec. */
const words = ['src/language/spec.ts', 'src/language/depths.ts'];

const roomOf = (path: string): string =>
  rooms.find((room) => path === room || path.startsWith(`${room}/`)) ?? path;

const sources = ['src', 'codegen', 'engines'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path)),
);

function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  const found = text.matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)'/g);
  return [...found].map(([, target = '']) => normalize(join(dirname(path), target)));
}

function isAllowed(from: string, to: string): boolean {
  if (roomOf(from) === 'codegen' && roomOf(to) === 'src/language') return words.includes(to);
  return rooms.indexOf(roomOf(to)) <= rooms.indexOf(roomOf(from));
}

describe('the rooms', () => {
  it('are all known', () => {
    expect(sources.filter((path) => !rooms.includes(roomOf(path)))).toEqual([]);
  });

  it('import only from those below them', () => {
    const wrong = sources.flatMap((from) =>
      importsOf(from)
        .filter((to) => !isAllowed(from, to))
        .map((to) => `${from} → ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('read files through src/io alone, which waits for no pipe', () => {
    const openers =
      /\b(?:open|openSync|openAsBlob|readFile|readFileSync|createReadStream|copyFile|copyFileSync|cp|cpSync)\b/;
    const found = sources
      .filter((path) => !path.startsWith('src/io/'))
      .flatMap((path) => {
        const text = readFileSync(path, 'utf8');
        const imports = text.matchAll(
          /import (\{[^}]*\}|[^;{]*) from '(?:node:)?fs(?:\/promises)?'/g,
        );
        return [...imports].map(([, names = '']) => ({ path, names }));
      });
    expect(found.length).toBeGreaterThan(5);
    const wrong = found.filter(({ names }) => !names.startsWith('{') || openers.test(names));
    // It makes the file that it opens.
    expect(wrong.map(({ path }) => path)).toEqual(['engines/onnxruntime/scratch-engine.ts']);
  });

  it('have a line each in docs/architecture.md', () => {
    const page = readFileSync('docs/architecture.md', 'utf8');
    const folders = ['src', 'codegen', 'engines'].flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${folder}/${name}`),
    );
    expect(folders.filter((folder) => !page.includes(`\`${folder}\``))).toEqual([]);
  });
});
