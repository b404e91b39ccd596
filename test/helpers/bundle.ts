import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli } from '../../scripts/bundle-cli.mjs';

const build = fileURLToPath(new URL('../../build', import.meta.url));

/** The command line as it ships, in a folder from which it finds its native libraries. */
export async function bundledCli(): Promise<string> {
  mkdirSync(build, { recursive: true });
  const folder = mkdtempSync(join(build, 'cli-'));
  await bundleCli(folder);
  return join(folder, 'rcc.js');
}
