import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { bundleThread, threads } from '../../scripts/bundle-cli.mjs';

/** A script of test/fixtures with the modules it imports as one plain file, which Node starts at once; in a new folder that the caller removes. */
export async function bundleScript(
  fixture: string,
): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-script-'));
  const path = join(folder, 'script.mjs');
  await build({
    input: new URL(`../fixtures/${fixture}`, import.meta.url).pathname,
    platform: 'node',
    output: { file: path, format: 'esm', codeSplitting: false },
    logLevel: 'warn',
  });
  // A thread that a module starts lies beside it.
  for (const thread of threads) await bundleThread(thread, folder);
  return { folder, path };
}
