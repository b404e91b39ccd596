import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** Everything that is loaded before a command runs: what the start of the command line imports, without what it imports when wanted. */
async function loadedAtStart(): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: ['src/cli/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
  });
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: target, kind } of metafile.inputs[path]?.imports ?? []) {
      if (kind === 'import-statement') visit(target);
    }
  };
  visit('src/cli/main.ts');
  return [...seen];
}

it('rcc --help loads one package, commander', async () => {
  const loaded = await loadedAtStart();
  expect(loaded).toContain('engines/tensorrt/option-rows.ts');
  const packages = loaded.filter((path) => !path.endsWith('.ts') && !path.startsWith('node:'));
  expect(packages).toEqual(['commander']);
});
