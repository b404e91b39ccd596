import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const imports = /^(?:import|export) (?!type )[^;]*?from '([^']+)';/gms;

/** Every module that is loaded with a file, types left out: paths of this repository and names of packages. */
async function loadedWith(file: URL, seen = new Set<string>()): Promise<ReadonlySet<string>> {
  if (seen.has(file.href)) return seen;
  seen.add(file.href);
  const text = await readFile(fileURLToPath(file), 'utf8');
  for (const [, target = ''] of text.matchAll(imports)) {
    if (target.startsWith('.')) await loadedWith(new URL(target, file), seen);
    else seen.add(target);
  }
  return seen;
}

describe('the start of the command line', () => {
  it.each([
    'spec.ts',
    'properties.ts',
    'explain.ts',
    'print.ts',
    'draft.ts',
    'spec-json.ts',
    'values/figures.ts',
  ])('language/%s comes without the parser generator', async (path) => {
    expect(await loadedWith(new URL(`../../src/language/${path}`, import.meta.url))).not.toContain(
      'chevrotain',
    );
  });

  it('loads it where a file is parsed', async () => {
    expect(await loadedWith(new URL('../../src/language/load.ts', import.meta.url))).toContain(
      'chevrotain',
    );
  });
});
