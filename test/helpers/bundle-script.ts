import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const require = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** A script of test/fixtures with the modules it imports as one plain file, which Node starts at once; in a new folder that the caller removes. */
export function bundleScript(fixture: string): { readonly folder: string; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-script-'));
  const path = join(folder, 'script.mjs');
  buildSync({
    entryPoints: [new URL(`../fixtures/${fixture}`, import.meta.url).pathname],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: require },
    logLevel: 'error',
  });
  return { folder, path };
}
