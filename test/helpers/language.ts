import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { type LoadResult, loadModels } from '../../src/language/load.ts';
import type { Spec } from '../../src/language/spec.ts';

/** A host whose files are texts in memory. */
export function hostOf(files: Readonly<Record<string, string>>) {
  return {
    readText(path: string): Promise<string> {
      const text = files[path];
      if (text !== undefined) return Promise.resolve(text);
      return Promise.reject(Object.assign(new Error(`no ${path}`), { code: 'ENOENT' }));
    },
  };
}

/** Loads a text as `input.rn`, beside other files where given. */
export function load(text: string, others: Readonly<Record<string, string>> = {}) {
  return loadModels('input.rn', hostOf({ ...others, 'input.rn': text }));
}

export function codesOf({ diagnostics }: LoadResult): readonly string[] {
  return diagnostics.map(({ code }) => code);
}

/** The one model of a text that has no mistake and no warning. */
export async function specIn(
  text: string,
  others?: Readonly<Record<string, string>>,
): Promise<Spec> {
  const { models, diagnostics } = await load(text, others);
  const [spec] = models;
  if (!spec || models.length !== 1 || diagnostics.length > 0)
    throw new Error(`${models.length} models; ${diagnostics.map(tell).join('\n')}`);
  return spec;
}

/** A model with the properties, checked. */
export function specWith(properties: string): Promise<Spec> {
  return specIn(`model m { ${properties} }`);
}

/** Codes that the properties of one model give. */
export async function codesWith(properties: string): Promise<readonly string[]> {
  return codesOf(await load(`model m { ${properties} }`));
}

function tell({ code, message }: Diagnostic): string {
  return `${code}: ${message}`;
}
