import { access, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's specs folder, from the sources, the compiled modules and the bundle alike. */
export async function specsFolder(): Promise<string> {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'specs');
    const found = await access(join(candidate, 'published.json')).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
    if (dirname(folder) === folder) throw new Error('specs/published.json is not in the package');
    folder = dirname(folder);
  }
}

/** resnet18 before resnet101. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** The specs that come with the package: their files by name, sorted. Each holds the one model of its name. */
export async function bundledSpecs(): Promise<ReadonlyMap<string, string>> {
  const folder = await specsFolder();
  const files = (await readdir(folder)).filter((name) => name.endsWith('.rn'));
  const names = files.map((name) => basename(name, '.rn')).sort(byNumber);
  return new Map(names.map((name) => [name, join(folder, `${name}.rn`)]));
}
