import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { countCost } from '../../codegen/cost.ts';
import { loadSpecs } from '../../src/compile/spec-files.ts';
import { catalogueFolders, catalogueSpecs } from '../../src/report/specs-folder.ts';

interface Entry {
  readonly name: string;
  readonly params: number;
  readonly macs?: number;
}

const { models }: { models: readonly Entry[] } = JSON.parse(
  readFileSync('specs/catalogue.json', 'utf8'),
);
const { specs, diagnostics } = await loadSpecs([...(await catalogueSpecs()).values()]);
const specOf = new Map(specs.map((spec) => [spec.file.replace(/^.*specs\/|\.rn$/g, ''), spec]));

describe('the catalogue', () => {
  it('has a spec for each of its networks, and no other', () => {
    const files = catalogueFolders.flatMap((folder) =>
      readdirSync(`specs/${folder}`).map((file) => `${folder}/${basename(file, '.rn')}`),
    );
    expect(files.toSorted()).toEqual(models.map(({ name }) => name).toSorted());
    expect(specOf.size).toBe(164);
  });

  it('is clean', () => {
    expect(diagnostics).toEqual([]);
  });

  it.each(models)('$name has the parameters and MACs that its class has', ({ name, ...entry }) => {
    const spec = specOf.get(name);
    const cost = spec && countCost(lowerSpec(spec));
    expect(cost?.params).toBe(entry.params);
    expect(spec?.expect.params?.value).toBe(entry.params);
    if (entry.macs !== undefined) expect(cost?.macs).toBe(entry.macs);
  });
});

const seed = new URL('../../../shared/seed/families.json', import.meta.url);

interface Family {
  readonly framework: string;
  readonly name: string;
  readonly params: number;
  readonly rn?: string;
  readonly needs: readonly string[];
  readonly error?: string;
}

describe.skipIf(!existsSync(seed))('the families (needs ../shared/seed/families.json)', () => {
  it('are in the catalogue but for those that no word says', () => {
    const families: readonly Family[] = existsSync(seed)
      ? JSON.parse(readFileSync(seed, 'utf8')).models
      : [];
    const nameOf = ({ framework, name }: Family) =>
      `${framework}/${name.replace('microsoft/', '').toLowerCase()}`;
    const missing = families.filter((family) => !specOf.has(nameOf(family))).map(nameOf);
    const unsaid = families
      .filter(({ rn, needs, error }) => !rn || needs.includes('pruned') || error)
      .map(nameOf);
    expect(missing).toEqual(unsaid);
    expect(missing).toHaveLength(12);
  });
});
