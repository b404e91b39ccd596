import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { XmlDocument } from 'libxml2-wasm';
import { afterAll, describe, expect, it } from 'vitest';
import * as yauzl from 'yauzl';
import { bundleClient, packExtension } from '../../scripts/editors/pack-extension.ts';
import { version } from '../../src/version.ts';
import { load } from '../helpers/language.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-vsix-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string) => JSON.parse(readFileSync(join('editors/vscode', path), 'utf8'));
const manifest = read('package.json');

/** The files of an archive. */
async function unzipped(path: string): Promise<ReadonlyMap<string, string>> {
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(path, {
    autoClose: false,
    lazyEntries: false,
  });
  const entries: yauzl.Entry[] = [];
  zip.on('entry', (entry: yauzl.Entry) => entries.push(entry));
  await new Promise((resolve, reject) => zip.on('end', resolve).on('error', reject));
  const open = promisify(
    zip.openReadStream.bind(zip) as (
      entry: yauzl.Entry,
      done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
    ) => void,
  );
  const files = new Map<string, string>();
  for (const entry of entries) files.set(entry.fileName, String(await buffer(await open(entry))));
  zip.close();
  return files;
}

describe('the extension for VS Code', () => {
  const packed = packExtension(folder).then(unzipped);

  it('has the version of rcc', () => {
    expect(manifest.version).toBe(version);
  });

  it('is packed with all that its package.json names', async () => {
    const files = await packed;
    const { languages, grammars, snippets } = manifest.contributes;
    const named = [
      manifest.main,
      ...languages.map(({ configuration }: { configuration: string }) => configuration),
      ...[...grammars, ...snippets].map(({ path }: { path: string }) => path),
    ].map((path: string) => path.replace('./', 'extension/'));
    expect(named).toHaveLength(4);
    for (const path of named) expect([...files.keys()]).toContain(path);
    expect(files.get('extension/package.json')).toBe(
      readFileSync('editors/vscode/package.json', 'utf8'),
    );
  });

  it('is an archive that says what it holds', async () => {
    const files = await packed;
    const namespaces = { v: 'http://schemas.microsoft.com/developer/vsx-schema/2011' };
    const document = XmlDocument.fromString(files.get('extension.vsixmanifest') ?? '');
    const value = (path: string) => document.get(path, namespaces)?.content;
    const identity = '/v:PackageManifest/v:Metadata/v:Identity';
    expect(
      [`${identity}/@Publisher`, `${identity}/@Id`, `${identity}/@Version`].map(value),
    ).toEqual([manifest.publisher, manifest.name, manifest.version]);
    const assets = document.find('//v:Asset/@Path', namespaces).map(({ content }) => content);
    expect(assets).toContain('extension/package.json');
    for (const path of assets) expect([...files.keys()]).toContain(path);
    document.dispose();
    const types = XmlDocument.fromString(files.get('[Content_Types].xml') ?? '');
    const endings = types.find('//@Extension').map(({ content }) => content);
    types.dispose();
    for (const path of files.keys()) {
      if (path !== '[Content_Types].xml') expect(endings).toContain(path.replace(/^.*\./, '.'));
    }
  });

  it('is the same bytes each time', async () => {
    const path = await packExtension(folder);
    const first = readFileSync(path);
    expect(readFileSync(await packExtension(folder)).equals(first)).toBe(true);
  });

  it('brings its client whole: it asks for nothing but the editor and Node', async () => {
    const code = await bundleClient();
    const asked = [...code.matchAll(/\brequire\(["'`]([^"'`]+)["'`]\)/g)].map(([, name]) => name);
    expect(asked).toContain('vscode');
    const { builtinModules } = createRequire(import.meta.url)('node:module');
    const known = new Set(['vscode', ...builtinModules]);
    expect(asked.filter((name) => !known.has(name?.replace(/^node:/, '')))).toEqual([]);
    writeFileSync(join(folder, 'client.cjs'), code);
  });
});

/** A snippet as it is when nothing is typed: each place with its default, or its first choice. */
function expanded(body: readonly string[]): string {
  return body
    .join('\n')
    .replaceAll(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1')
    .replaceAll(/\$\{\d+:([^}]*)\}/g, '$1')
    .replaceAll('$0', '');
}

describe('snippets', () => {
  const snippets: Readonly<Record<string, { prefix: string; body: readonly string[] }>> =
    read('snippets/rn.json');

  it.each(Object.entries(snippets))('%s is right as it stands', async (name, { body }) => {
    const text = expanded(body);
    const base = { 'base.rn': 'model resnet50_vd { depth 50  variant vd }' };
    const whole = text.startsWith('model')
      ? `use "base.rn"\n${text}`
      : text.startsWith('use')
        ? `${text}\nmodel m { depth 50 }`
        : `model m { depth 50  ${text} }`;
    const { diagnostics, models } = await load(whole, base);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(models.length).toBeGreaterThan(0);
    expect(name).not.toBe('');
  });
});

it('the configuration of the language is right: its patterns are patterns', () => {
  const { wordPattern, indentationRules, comments } = read('language-configuration.json');
  expect('weights "a.npz"'.match(new RegExp(wordPattern, 'g'))).toEqual(['weights', 'a.npz']);
  const { increaseIndentPattern, decreaseIndentPattern } = indentationRules;
  expect('model a {').toMatch(new RegExp(increaseIndentPattern));
  expect('model a { depth 50 }').not.toMatch(new RegExp(increaseIndentPattern));
  expect('  }').toMatch(new RegExp(decreaseIndentPattern));
  expect(comments.lineComment).toBe('#');
});
