import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The command line, bundled: `rcc.js`, and beside it the parts that it loads when they are wanted. Start-up is a matter of how many modules are opened
 * and how much text is parsed: as a single file --help parses a megabyte and a half of it.
 */
export async function bundleCli(folder) {
  await build({
    absWorkingDir: root,
    entryPoints: { rcc: 'src/cli/main.ts' },
    outdir: folder,
    chunkNames: 'rcc-[hash]',
    splitting: true,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // Native libraries stay outside; they are loaded when they are wanted.
    external: ['onnxruntime-node', 'sharp', '@resvg/resvg-js'],
    // CommonJS packages inside the bundle call require().
    banner: {
      js: "import{createRequire as rccCreateRequire}from'node:module';const require=rccCreateRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  chmodSync(join(folder, 'rcc.js'), 0o755);
}
