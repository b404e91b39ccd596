import { once } from 'node:events';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { ZipFile } from 'yazl';
import { contentTypes, type ExtensionManifest, vsixManifest } from './vsix.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'editors', 'vscode');

/** The same bytes whenever it is packed. */
const mtime = new Date(Date.UTC(2000, 0, 1));

/** The client and its libraries as one file; `vscode` is the editor's own. */
export async function bundleClient(): Promise<string> {
  const bundle = await rolldown({
    cwd: root,
    platform: 'node',
    transform: { target: 'node20.19' },
    input: 'editors/vscode/client.ts',
    external: ['vscode'],
  });
  const { output } = await bundle.generate({ format: 'cjs', minify: true });
  await bundle.close();
  return output[0].code;
}

/** A file of the extension, or the files of a folder, by path. */
function filesAt(path: string): readonly string[] {
  if (!statSync(join(source, path)).isDirectory()) return [path];
  return readdirSync(join(source, path)).map((name) => posix.join(path, name));
}

/** What lies in the extension's folder, by its path there. */
async function extensionFiles(
  files: readonly string[],
): Promise<ReadonlyMap<string, string | Buffer>> {
  const named = files
    .filter((path) => path !== 'client.cjs')
    .flatMap(filesAt)
    .map((path) => [path, readFileSync(join(source, path))] as const);
  return new Map<string, string | Buffer>([
    ['package.json', readFileSync(join(source, 'package.json'))],
    ['LICENSE.txt', readFileSync(join(root, 'LICENSE'))],
    ['client.cjs', await bundleClient()],
    ...named,
  ]);
}

/** Writes the extension into a folder and gives the archive's path. */
export async function packExtension(folder: string): Promise<string> {
  const text = readFileSync(join(source, 'package.json'), 'utf8');
  const manifest = JSON.parse(text) as ExtensionManifest & { readonly files: readonly string[] };
  const files = await extensionFiles(manifest.files);
  const zip = new ZipFile();
  const add = (path: string, content: string | Buffer) =>
    zip.addBuffer(Buffer.from(content), path, { mtime, mode: 0o100644, forceDosTimestamp: true });
  add('extension.vsixmanifest', vsixManifest(manifest));
  add('[Content_Types].xml', contentTypes([...files.keys(), 'extension.vsixmanifest']));
  for (const [path, content] of files) add(`extension/${path}`, content);
  zip.end();
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${manifest.name}-${manifest.version}.vsix`);
  await once(zip.outputStream.pipe(createWriteStream(path)), 'close');
  return path;
}
