import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

const packages = /^[^./\0]/;

/** Everything that is loaded before a command runs: what the start of the command line imports, without what it imports when wanted. */
async function loadedAtStart(): Promise<readonly string[]> {
  const seen = new Set<string>();
  const bundle = await rolldown({
    input: 'src/cli/main.ts',
    platform: 'node',
    external: packages,
    plugins: [
      {
        name: 'walk',
        buildEnd() {
          const waiting = [...this.getModuleIds()].filter((id) => id.endsWith('src/cli/main.ts'));
          for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
            if (seen.has(id)) continue;
            seen.add(id);
            waiting.push(...(this.getModuleInfo(id)?.importedIds ?? []));
          }
        },
      },
    ],
  });
  await bundle.generate();
  await bundle.close();
  return [...seen];
}

it('rcc --help loads one package, commander', async () => {
  const loaded = await loadedAtStart();
  expect(loaded).toContainEqual(
    expect.stringMatching(/engines\/tensorrt\/planning\/option-rows\.ts$/),
  );
  const outside = loaded.filter((path) => !path.endsWith('.ts') && !path.startsWith('node:'));
  expect(outside).toEqual(['commander']);
});
