import { access, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { groupBy } from '../collections/group-by.ts';

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

/** Folders of the catalogue: one a framework. */
export const catalogueFolders = ['timm', 'torchvision', 'paddleclas', 'transformers'] as const;

async function namesIn(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.rn'));
  return files.map((name) => basename(name, '.rn')).sort(byNumber);
}

/** The specs of the published networks: their files by name, sorted. Each holds the one model of its name. */
export async function publishedSpecs(): Promise<ReadonlyMap<string, string>> {
  const folder = await specsFolder();
  return new Map((await namesIn(folder)).map((name) => [name, join(folder, `${name}.rn`)]));
}

/** The specs of the catalogue by folder and name, `timm/resnet50d`, sorted. */
export async function catalogueSpecs(): Promise<ReadonlyMap<string, string>> {
  const folder = await specsFolder();
  const all = await Promise.all(
    catalogueFolders.map(async (framework) =>
      (await namesIn(join(folder, framework))).map((name) => `${framework}/${name}`),
    ),
  );
  return new Map(all.flat().map((name) => [name, join(folder, `${name}.rn`)]));
}

/** Every spec of the package by what people may call it: a published one, one of the catalogue with its folder, or without where no other is called so. */
export async function bundledSpecs(): Promise<ReadonlyMap<string, string>> {
  const catalogue = await catalogueSpecs();
  const bare = [...catalogue].map(([name, path]) => [basename(name), path] as const);
  const counts = groupBy(bare, ([name]) => name);
  const alone = bare.filter(([name]) => counts.get(name)?.length === 1);
  return new Map([...alone, ...catalogue, ...(await publishedSpecs())]);
}
