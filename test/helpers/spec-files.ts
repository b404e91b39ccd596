import { readFile } from 'node:fs/promises';
import { loadModels } from '../../src/language/load.ts';
import type { Spec } from '../../src/language/spec.ts';

/** The first model of a spec file. */
export async function specAt(path: string): Promise<Spec> {
  const { models } = await loadModels(path, { readText: (file) => readFile(file, 'utf8') });
  const [spec] = models;
  if (!spec) throw new Error(`${path} holds no right model`);
  return spec;
}
