import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDiagnostic } from '../../src/diagnostics/render.ts';
import { allProperties, groups } from '../../src/language/properties.ts';
import { mostMistakes } from '../../src/language/report.ts';
import { parseSpec } from '../../src/language/syntax/parse.ts';
import { load } from '../helpers/language.ts';

const pieces = [
  ...[
    'model',
    'extends',
    'use',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    '\\',
    '#',
    '//',
    "'",
    '=',
    '“',
    '\uFEFF',
    '\0',
  ],
  ...[
    '\n',
    '\r\n',
    ' ',
    '\t',
    '"x.rn"',
    '"input.rn"',
    'a',
    'b',
    '50',
    '3x224x224',
    '25.58M',
    '79.1%',
    '[3, 4, 6, 3]',
  ],
  ...['-1', '1e999', 'vd', 'bottleneck', 'none', 'in', 'conv1', '\u{1F600}', 'é', '\uD800'],
  ...allProperties.flatMap((name) => name.split('.')),
  ...Object.keys(groups),
];

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join('')),
);

const sound = `model a {
  depth 50  block bottleneck  variant vd  stages [3, 4, 6, 3]  input 3x224x224  classes 1000
  preprocess { resize 256  crop 224  mean [0.485, 0.456, 0.406] }
  expect { params 25.58M  flops 8.67G  top1 79.1%  top5 94.4% }
  weights paddleclas "a.pdparams"  stride in conv2
}
model b extends a { classes 10  labels "b.txt" }
`;

/** The text with one piece cut out and another one put in. */
const mutated = fc
  .tuple(fc.nat(sound.length), fc.nat(20), fc.constantFrom('', ...pieces))
  .map(([start, length, piece]) => sound.slice(0, start) + piece + sound.slice(start + length));

/** What must hold of any text at all. */
async function checkAny(source: string) {
  const { models, diagnostics } = await load(source, { 'x.rn': 'model x { depth 18 }' });
  expect(diagnostics.length).toBeLessThanOrEqual(120);
  for (const { span } of diagnostics) {
    expect(span?.start).toBeLessThanOrEqual(span?.end ?? -1);
    expect(span?.end).toBeLessThanOrEqual(span?.file.text.length ?? -1);
  }
  for (const diagnostic of diagnostics.slice(0, 5)) renderDiagnostic(diagnostic, { color: true });
  if (models.length === 0) expect(diagnostics.length).toBeGreaterThan(0);
  for (const spec of models) expect(spec.stages).toHaveLength(spec.widths.length);
}

describe('any text', () => {
  it('gives models or mistakes, never a crash', async () => {
    await fc.assert(fc.asyncProperty(text, checkAny), { numRuns: 500 });
  });

  it('gives models or mistakes when a right text is damaged', async () => {
    await fc.assert(fc.asyncProperty(mutated, checkAny), { numRuns: 500 });
  });

  // Not by the clock: what a text costs is what is kept of it.
  it.each([
    '{',
    '}',
    '[',
    ';x',
    "'a'",
    '"\n',
    'model a {',
    '//\n',
  ])('of 65 000 characters made of %j is given up early', (piece) => {
    for (const head of ['', 'model m { ']) {
      const text = head + piece.repeat((65_000 - head.length) / piece.length);
      const { diagnostics, tree } = parseSpec({ path: 'x.rn', text });
      expect(diagnostics.length).toBeGreaterThan(0);
      expect(diagnostics.length).toBeLessThanOrEqual(mostMistakes);
      expect(tree.models.every(({ broken }) => broken)).toBe(true);
    }
  });

  it('is read on behind much that stands outside of its models, and not behind all too much', async () => {
    const { models, diagnostics } = await load(`${'{'.repeat(9000)} ${sound}`);
    expect(models).toHaveLength(2);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toHaveLength(1);
    expect((await load(`${'{'.repeat(11_000)} ${sound}`)).models).toEqual([]);
  });

  // As long as a spec may be; the time limit of a test is what is checked.
  it.each([
    '{',
    '[',
    ']',
    '"',
    "'",
    'model a {',
    'use ',
    'a{',
    'a[',
    'a ',
    '1 ',
    ';x',
  ])('of 65 000 characters made of %j ends soon', async (piece) => {
    const source = piece.repeat(32_000 / piece.length);
    await checkAny(`${source} model m { ${source}`);
  });
});
