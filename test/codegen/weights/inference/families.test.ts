import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lowerSpec } from '../../../../codegen/architecture/lower.ts';
import { describeWeights } from '../../../../codegen/weights/inference/describe-weights.ts';
import { namings } from '../../../../codegen/weights/naming/namings.ts';
import { wantedParameters } from '../../../../codegen/weights/naming/wanted-parameters.ts';
import type { Spec } from '../../../../src/language/spec.ts';
import { specFromInferred } from '../../../helpers/inferred-networks.ts';
import { fileOfShapes } from '../../../helpers/unread-weights.ts';
import { type Family, readFamilies, specOfWords, wordsOf } from '../../../interop/family-words.ts';

/* Names and shapes of every network of the families: the digests of the list hold them to be those of the frameworks' own classes. */
const list = '../shared/seed/families.json';
const families = existsSync(list) ? readFamilies(list) : [];
const said = families.flatMap((family) => {
  const words = wordsOf(family);
  return words === undefined
    ? []
    : [{ family, words, title: `${family.framework}/${family.name}` }];
});

type NamedShape = readonly [name: string, shape: readonly number[]];

function digestOf(entries: readonly NamedShape[]): string {
  const lines = entries.map(([name, shape]) => `${name} ${shape.join('x')}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16);
}

/** transformers stores the body behind a prefix that the head has not. */
function behindPrefix([name, shape]: NamedShape): NamedShape {
  return [name.startsWith('classifier') ? name : `resnet.${name}`, shape];
}

/** Names and shapes as the framework has them, by the digest of the list. */
function shapesOf(spec: Spec, { names }: Family): readonly NamedShape[] | undefined {
  const graph = lowerSpec(spec);
  return namings
    .map((naming) =>
      [...wantedParameters(graph, naming)].map(({ name, shape }): NamedShape => [name, shape]),
    )
    .flatMap((entries) => [entries, entries.map(behindPrefix)])
    .find((entries) => digestOf(entries) === names);
}

/** What is computed, without the sides of maps and what no file tells of paths. */
function parametersOf(spec: Spec): readonly string[] {
  const parameters = [...lowerSpec(spec).initializers.values()].filter(({ slot }) => slot);
  return parameters.map(({ name, type }) => `${name} ${type.shape.join('x')}`);
}

describe.skipIf(said.length === 0)(`names and shapes of the families (needs ${list})`, () => {
  test('all that words say are here', () => {
    expect(said.length).toBe(164);
  });

  test.each(said)('$title', ({ family, words }) => {
    const spec = specOfWords(words, 64);
    const shapes = shapesOf(spec, family);
    if (!shapes) throw new Error('no scheme has the names of the list');
    const isPaddle = family.framework === 'paddleclas';
    const file = { ...fileOfShapes(shapes), ...(isPaddle ? { format: 'pdparams' as const } : {}) };
    const inferred = describeWeights(file);
    expect(parametersOf(specFromInferred(inferred, 64))).toEqual(parametersOf(spec));
    expect(inferred.shortcut).toBe(spec.shortcut);
    expect(inferred.attention).toEqual(spec.attention);
    // Before or after is in no file; names tell it (src/evidence).
    const { halving: _, ...told } = { halving: '', ...inferred.multiPath };
    expect(spec.multiPath).toMatchObject(told);
  });
});
