// Builds the package: typed modules (tsc), the scripts that run beside them, and the bundled command line (rolldown).
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle-cli.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = fileURLToPath(new URL('../dist', import.meta.url));

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
const script = 'engines/tensorrt-rtx/build_engine.py';
cpSync(`${root}/${script}`, `${dist}/${script}`);
await bundleCli(dist);
