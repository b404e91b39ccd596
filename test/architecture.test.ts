import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { besideModules, threads } from '../scripts/bundle-cli.mjs';

/** The rooms, lowest first: each may import from itself and from those before it. */
const rooms = [
  'src/version.ts',
  'src/collections',
  'src/diagnostics',
  'src/language',
  'codegen',
  'src/io',
  'engines',
  'src/targets',
  'src/images',
  'src/server',
  'src/evidence',
  'src/accuracy',
  'src/calibration',
  'src/report',
  'src/estimate',
  'src/engine-cache',
  'src/compile',
  'src/kit',
  'src/deploy',
  'src/api',
  'src/farm',
  'src/lsp',
  'src/index.ts',
  'src/index-codegen.ts',
  'src/index-report.ts',
  'src/cli',
];

/** What codegen may know of the language: the words of a spec. */
const words = ['spec', 'depths', 'channels', 'name-schemes', 'outputs'].map(
  (name) => `src/language/${name}.ts`,
);

const roomOf = (path: string): string =>
  rooms.find((room) => path === room || path.startsWith(`${room}/`)) ?? path;

const sources = ['src', 'codegen', 'engines'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|mjs)$/.test(path))
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

const textOf = (path: string): string => readFileSync(path, 'utf8');

/** What prints the client in Node, and what it printed. */
const isWrittenClient = (path: string): boolean =>
  path === 'src/deploy/clients/node.ts' || path.startsWith('test/deploy/clients/golden/');

/** Files of the project with one of these endings. */
function filesEndingIn(...endings: readonly string[]): readonly string[] {
  return ['src', 'codegen', 'engines', 'test', 'bench', 'scripts', 'examples']
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
    )
    .filter((path) => endings.some((ending) => path.endsWith(ending)));
}

describe('onnxruntime, which records what it runs unless it is told not to before it is loaded', () => {
  const loads =
    /^(?!\s*import type\b).*(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*['"]onnxruntime-node['"]/m;
  const loadsInPython = /^\s*(?:import|from) onnxruntime\b/m;

  it.each([
    ["import { Tensor } from 'onnxruntime-node';", true],
    ["const ort = await import('onnxruntime-node');", true],
    ["  const ort = require('onnxruntime-node');", true],
    ["import 'onnxruntime-node';", true],
    ["import type { Tensor } from 'onnxruntime-node';", false],
  ])('is loaded by: %s', (line, expected) => {
    expect(loads.test(`// a line\n${line}\n`)).toBe(expected);
  });

  it('is loaded in one place', () => {
    const others = filesEndingIn('.ts', '.mts', '.mjs', '.js')
      // Programs that rcc writes: each has its own line that keeps onnxruntime from recording.
      .filter((path) => path !== 'test/architecture.test.ts' && !isWrittenClient(path))
      .filter((path) => loads.test(textOf(path).replaceAll('typeof import', '')));
    expect(others).toEqual(['engines/onnxruntime/runtime.ts']);
  });

  it('is loaded in Python after what keeps it from that', () => {
    const loading = filesEndingIn('.py').filter((path) => loadsInPython.test(textOf(path)));
    expect(loading.length).toBeGreaterThan(0);
    const unguarded = loading.filter((path) => {
      const [before = ''] = textOf(path).split(loadsInPython);
      return !/^import telemetry_off\b|^from measured import|^os\.environ\["ORT_DISABLE_TELEMETRY"\] = "1"/m.test(
        before,
      );
    });
    expect(unguarded).toEqual([]);
    expect(textOf('bench/peers/measured.py')).toMatch(/^import telemetry_off$/m);
  });
});

it('the stand-in of trtexec takes nothing from what it judges', () => {
  const imports = filesEndingIn('.ts')
    .filter((path) => path.startsWith('test/stand-in/') && !path.endsWith('.test.ts'))
    .flatMap(importsOf);
  expect(imports).toContain('codegen/onnx/read.ts');
  expect(imports.filter((path) => path.startsWith('engines/tensorrt'))).toEqual([]);
});

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
    // The texts of programs; what makes the file that it opens.
    const others = wrong.filter(({ path }) => !isWrittenClient(path));
    expect(others.map(({ path }) => path)).toEqual(['engines/onnxruntime/scratch-engine.ts']);
  });

  it('hand the bundle all files that they start or read by name', () => {
    const named = sources.flatMap((path) => {
      const found = textOf(path).matchAll(/new URL\('(\.\/[^']+)', import\.meta\.url\)/g);
      return [...found].map(([, target = '']) => normalize(join(dirname(path), target)));
    });
    expect([...threads, ...besideModules].toSorted()).toEqual(named.toSorted());
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
