#!/usr/bin/env node
// `npx rcc` and `npm run rcc` in a checkout: the command line, bundled from the sources as they are now. The package itself starts dist/rcc.js.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const builds = join(root, 'build', 'cli');

/** Older builds are left to programs that may still load parts of them. */
const keptMs = 24 * 3600 * 1000;

/** All that a bundle is made of. */
const sources = ['src', 'codegen', 'engines', 'scripts', 'package-lock.json'];

/** What changes whenever a source is changed, added or removed. */
function stampOf() {
  let newestMs = 0;
  let count = 0;
  const visit = (path) => {
    const stat = statSync(path);
    newestMs = Math.max(newestMs, stat.mtimeMs);
    count += 1;
    if (stat.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
  };
  for (const path of sources) visit(join(root, path));
  return `${Math.ceil(newestMs)}-${count}`;
}

/** Whole or absent, whoever else builds at the same time. */
async function build(folder) {
  process.stderr.write('rcc is built from its sources, once.\n');
  const { bundleCli } = await import('../scripts/bundle-cli.mjs');
  mkdirSync(builds, { recursive: true });
  const made = mkdtempSync(join(builds, 'new-'));
  await bundleCli(made);
  try {
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

function removeOld(current) {
  for (const name of readdirSync(builds)) {
    const path = join(builds, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
    if (path !== current && Date.now() - mtimeMs > keptMs)
      rmSync(path, { recursive: true, force: true });
  }
}

const folder = join(builds, stampOf());
if (!existsSync(folder)) {
  await build(folder);
  removeOld(folder);
}
await import(pathToFileURL(join(folder, 'rcc.js')).href);
