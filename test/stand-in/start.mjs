/*
 * Starts trtexec.ts as a bundle, because loading its sources one by one takes a second, in parts, because most runs need few of them. It is made
 * again when a source has changed.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const args = process.argv.slice(2);
const bundle = join(root, 'build', 'stand-in', 'trtexec.mjs');

function isFresh() {
  try {
    const madeMs = statSync(bundle).mtimeMs;
    const inputs = JSON.parse(readFileSync(`${bundle}.inputs.json`, 'utf8'));
    return inputs.every((path) => statSync(path).mtimeMs < madeMs);
  } catch {
    return false;
  }
}

async function make() {
  const { build } = await import('rolldown');
  const { output } = await build({
    input: { trtexec: join(here, 'trtexec.ts') },
    cwd: root,
    platform: 'node',
    external: ['onnxruntime-node'],
    output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', minify: true },
    write: false,
  });
  const folder = dirname(bundle);
  mkdirSync(folder, { recursive: true });
  const parts = output.map(({ fileName, code }) => [join(folder, fileName), code]);
  const modules = output.flatMap(({ moduleIds }) => moduleIds).filter(isAbsolute);
  const inputs = [`${bundle}.inputs.json`, JSON.stringify(modules)];
  // What is started comes last: it names its parts, which have their contents' digests in their names.
  const isStarted = ([path]) => path === bundle;
  const ordered = [...parts.filter((part) => !isStarted(part)), inputs, ...parts.filter(isStarted)];
  for (const [path, contents] of ordered) {
    // Several may start at once: each replaces the file as a whole.
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
}

if (!isFresh()) await make();
process.argv = [process.argv[0], bundle, ...args];
await import(pathToFileURL(bundle).href);
