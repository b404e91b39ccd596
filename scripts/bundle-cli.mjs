import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The command line as one file: start-up is a matter of how many files are opened. */
export async function bundleCli(outfile) {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outfile,
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
  chmodSync(outfile, 0o755);
}
