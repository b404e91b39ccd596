import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { languageMessages } from '../../src/diagnostics/messages/language.ts';
import { renderDiagnostic } from '../../src/diagnostics/render.ts';
import { loadModels } from '../../src/language/load.ts';

/*
 * One folder a code: input.rn, which makes the mistake, and expected.txt, what a user then reads.
 * `vitest run -u` writes expected.txt anew; read the difference.
 */
const folder = fileURLToPath(new URL('samples', import.meta.url));
const codes = Object.keys(languageMessages);

/** Made long here, so that the sample in the repository is short. */
const padded: Readonly<Record<string, string>> = { 'spec-too-large': ' '.repeat(64 * 1024) };

async function check(code: string) {
  return loadModels('input.rn', {
    readText: async (path) =>
      `${await readFile(join(folder, code, path), 'utf8')}${padded[code] ?? ''}`,
  });
}

describe('diagnostics of the language', () => {
  it.each(codes)('%s has a sample', (code) => {
    expect(existsSync(join(folder, code, 'input.rn'))).toBe(true);
  });

  it('has no sample of a code that does not exist', () => {
    expect(readdirSync(folder).filter((name) => !codes.includes(name))).toEqual([]);
  });

  it.each(readdirSync(folder))('%s reads as expected', async (code) => {
    const { diagnostics } = await check(code);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    const text = diagnostics
      .map((diagnostic) => renderDiagnostic(diagnostic, { color: false }))
      .join('\n\n');
    await expect(`${text}\n`).toMatchFileSnapshot(join(folder, code, 'expected.txt'));
  });
});
