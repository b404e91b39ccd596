import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { digestSpec } from '../../src/compile/spec-digest.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { specOf } from '../helpers/specs.ts';

async function digestOf(name: string): Promise<string> {
  const path = fileURLToPath(new URL(`../../specs/${name}.rn`, import.meta.url));
  const { specs } = await loadSpecFiles([path]);
  const [spec] = specs;
  if (!spec) throw new Error(`no ${name}`);
  return digestSpec(spec);
}

describe('the digest of a spec', () => {
  // As the first release wrote them into models and manifests: a new word of the language must not change them.
  it.each([
    ['resnet18', '11b791c1dbcd520a0b40eb1d40b415ee89ede8272c6c1bc82e0359059b4531d8'],
    ['resnet50_vd', '132731b98717da4c86a6c26e233d438e9650b526f65ec51b93a7e6e4ce548930'],
  ])('of %s is what it was', async (name, digest) => {
    expect(await digestOf(name)).toBe(digest);
  });

  it('is another where a later word says something', () => {
    const usual = digestSpec(specOf());
    expect(digestSpec(specOf({ epsilon: 1e-5 }))).toBe(usual);
    expect(digestSpec(specOf({ epsilon: 1e-3 }))).not.toBe(usual);
  });

  it('is another where an older word says something', () => {
    expect(digestSpec(specOf({ classes: 11 }))).not.toBe(digestSpec(specOf()));
  });
});
