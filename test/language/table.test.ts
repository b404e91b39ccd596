import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { schemes } from '../../codegen/weights/naming/schemes.ts';
import { generatedFiles } from '../../scripts/generated-files.ts';
import { explainProperty, isPropertyName, propertyNames } from '../../src/language/explain.ts';
import {
  allProperties,
  groups,
  isGroupName,
  properties,
  wordsIn,
} from '../../src/language/properties.ts';
import type { Property } from '../../src/language/property.ts';
import { specWith } from '../helpers/language.ts';

/** What the example of a property needs beside it to be a right model without a warning. */
const companions: Readonly<Record<string, string>> = {
  depth: '',
  stages: 'block bottleneck',
  'stem-widths': 'depth 50 variant vd',
  'first-shortcut': 'depth 18',
  'reference.input': 'depth 50 reference { logits "y.npy" input "resnet50_vd.input.npy" }',
  'reference.outputs': 'depth 50 reference { input "x.npy" outputs "backbone.outputs.npz" }',
  'reference.logits': 'depth 50 reference { input "x.npy" logits "resnet50_vd.logits.npy" }',
};

function exampleOf(name: (typeof allProperties)[number]): string {
  const { example } = properties[name];
  const companion = companions[name] ?? 'depth 50';
  const [group] = name.split('.');
  if (!name.includes('.')) return `${companion} ${example}`;
  return group === 'reference' ? companion : `${companion} ${group} { ${example} }`;
}

describe('the table of properties', () => {
  it.each(allProperties)('the example of %s is right', async (name) => {
    const spec = await specWith(exampleOf(name));
    expect(Object.keys(spec.spans)).toContain(name);
  });

  it.each(Object.keys(groups).filter(isGroupName))('the example of %s is right', async (name) => {
    const spec = await specWith(`depth 50 ${groups[name].example}`);
    expect(
      Object.keys(spec.spans).filter((span) => span.startsWith(`${name}.`)).length,
    ).toBeGreaterThan(1);
  });

  it.each(allProperties)('%s is documented in sentences', (name) => {
    const row: Pick<Property<unknown>, 'doc' | 'default'> = properties[name];
    expect(row.doc).toMatch(/\.$/);
    expect(row.default ?? '').not.toMatch(/\.$/);
  });

  it('holds a default in words and as code, or neither', () => {
    const rows: readonly Pick<Property<unknown>, 'default' | 'fallback'>[] =
      Object.values(properties);
    const halves = rows.filter((row) => (row.default === undefined) !== !row.fallback);
    expect(halves).toEqual([]);
  });

  it.each([
    'variant',
    'stride',
    'input',
    'classes',
    'head',
    'preprocess.interpolation',
  ] as const)('tells the default of %s as its code has it', async (name) => {
    const words = properties[name].default;
    const { spans: _, ...plain } = await specWith('depth 50');
    const [group, field] = name.includes('.') ? name.split('.') : ['', name];
    const property = group ? `${group} { ${field} ${words} }` : `${field} ${words}`;
    const { spans: __, ...written } = await specWith(`depth 50 ${property}`);
    expect(written).toEqual(plain);
  });

  it('knows the name schemes that the weights readers know', () => {
    const names = schemes.map(({ name }) => name);
    expect(new Set(properties.weights.type.words)).toEqual(new Set(names));
  });

  it('says which words may start a property', () => {
    expect(wordsIn('reference')).toEqual(['input', 'logits', 'outputs']);
    expect(wordsIn(undefined)).toContain('expect');
    expect(wordsIn('nothing')).toEqual([]);
  });
});

describe('explainProperty', () => {
  it.each(propertyNames)('%s is explained', (name) => {
    expect(isPropertyName(name)).toBe(true);
    expect(explainProperty(name)).not.toBe('');
  });

  it('tells of every property that has the word', () => {
    expect(explainProperty('input')).toMatchInlineSnapshot(`
      "input [[CHANNELSx]HEIGHTx]WIDTH

        Input of the network: channels, height and width. 224 and 224x224 are short for 3x224x224.

        Default: 3x224x224
        Unit: pixels
        Range: channels 1 to 1024, height and width 1 to 4096
        Check: no side smaller than 2 to the number of halvings: 32 for four stages behind stem conv7 or deep, 4 for three stages behind stem conv3
        Example: input 3x224x224

      reference { input "FILE" }

        A .npy file with inputs of the network, float32 [N, C, H, W], preprocessed already.

        Check: given together with logits or outputs
        Example: input "resnet50_vd.input.npy""
    `);
    expect(explainProperty('expect')).toMatchInlineSnapshot(`
      "expect { params, flops, top1, top5 }

        A contract: params and flops are checked by rcc check and rcc compile, top1 and top5 by rcc eval, each to the digits given.

        Example: expect { params 25.58M  flops 8.67G  top1 79.1%  top5 94.4% }"
    `);
  });

  it('does not take other words', () => {
    expect(isPropertyName('toString')).toBe(false);
  });
});

describe('files that are made from the code', async () => {
  it.each(
    Object.entries(await generatedFiles()),
  )('%s is fresh (else: npm run gen)', async (path, text) => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    expect(await readFile(`${root}/${path}`, 'utf8')).toBe(text);
  });
});
