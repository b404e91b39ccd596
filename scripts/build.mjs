// Builds the package: typed modules (tsc) and the command line as one bundled file (esbuild), which starts much faster.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = fileURLToPath(new URL('../dist', import.meta.url));

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/rcc.js',
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
chmodSync(`${dist}/rcc.js`, 0o755);
