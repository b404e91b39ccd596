import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { formatSpec } from '../../src/language/format/format.ts';
import { loadModels } from '../../src/language/load.ts';
import { specToJson } from '../../src/language/spec-json.ts';
import { specLexer } from '../../src/language/syntax/tokens.ts';
import { expectDiagnostic } from '../helpers/byte-sources.ts';

const format = (text: string): string => formatSpec({ path: 'a.rn', text });
const files = globSync('**/*.rn', {
  ignore: ['node_modules', 'build', 'test/diagnostics/samples'],
});

describe('the form of a .rn file', () => {
  it.each([
    [
      'a property a line, values in a column',
      'model  a{depth 50,classes,37 preprocess{crop 224 mean[0.1 0.2,0.3]}}\n',
      'model a { depth 50  classes 37  preprocess { crop 224  mean [0.1, 0.2, 0.3] } }\n',
    ],
    [
      'a model over lines stays so',
      'model a extends b { depth 50\nclasses 37 expect { top1 50% } }',
      'model a extends b {\n  depth    50\n  classes  37\n  expect   { top1 50% }\n}\n',
    ],
    [
      'comments stay where they are, and one empty line of several',
      '#top\n\n\n\nmodel a{depth 18 # x \n# y\n\n\n classes 5}# end',
      '#top\n\nmodel a {\n  depth    18  # x\n  # y\n\n  classes  5\n}  # end\n',
    ],
    [
      'comments inside a value stand above it, those in a group keep it open',
      'model a {\n widths [64, # w\n 128] expect{ # e\n top1   50%\n # in\n params 3}}',
      'model a {\n  # w\n  widths  [64, 128]\n  expect  {  # e\n    top1 50%\n    # in\n    params 3\n  }\n}\n',
    ],
    [
      'a property that is a comment counts for the column',
      'model a {\n  depth 18\n  # shortcut  avgpool\n  # note\n}',
      'model a {\n  depth       18\n  # shortcut  avgpool\n  # note\n}\n',
    ],
    [
      'models over lines stand apart',
      'use "b.rn"\nmodel a {\n}\n# c\nmodel c extends a {}\nmodel d extends a {}',
      'use "b.rn"\n\nmodel a {\n}\n\n# c\nmodel c extends a {}\nmodel d extends a {}\n',
    ],
  ])('%s', (_, text, expected) => {
    expect(format(text)).toBe(expected);
    expect(format(expected)).toBe(expected);
  });

  it('is what the specs of this repository have (else: rcc fmt)', () => {
    expect(files.length).toBeGreaterThan(200);
    const others = files.filter((path) => {
      const text = readFileSync(path, 'utf8');
      return format(text) !== text;
    });
    expect(others).toEqual([]);
  });

  it('is not given to what is no spec', async () => {
    await expectDiagnostic(() => format('model a { depth 18'), 'missing-brace');
  });
});

/** Ways to part two words, some of which hold a comment. */
const gap = fc.constantFrom(
  ' ',
  '\t',
  ', ',
  '\n',
  '\r\n',
  '\n\n\n',
  ' # one\n',
  '\n# two \n',
  '\n\n#three\n\n',
);

/** A spec with other gaps between its words. */
const spaced = fc
  .constantFrom(...files)
  .map((path) => readFileSync(path, 'utf8'))
  .filter((text) => text.length < 2500)
  .chain((text) => {
    const { tokens } = specLexer.tokenize(text);
    return fc
      .array(gap, { minLength: tokens.length + 1, maxLength: tokens.length + 1 })
      .map((gaps) => tokens.map(({ image }, i) => `${gaps[i]}${image}`).join('') + gaps.at(-1));
  });

const commentsOf = (text: string): readonly string[] =>
  (specLexer.tokenize(text).groups.comments ?? []).map(({ image }) => image.trim()).toSorted();

async function meaningOf(text: string) {
  const { models, diagnostics } = await loadModels('a.rn', {
    readText: async (path) => (path === 'a.rn' ? text : 'model other { depth 18 }'),
  });
  return [models.map(specToJson), diagnostics.map(({ code }) => code)];
}

describe('a text that is written anew', () => {
  it('means the same, has the same comments, and is in its form at once', async () => {
    await fc.assert(
      fc.asyncProperty(spaced, async (text) => {
        const formatted = format(text);
        expect(format(formatted)).toBe(formatted);
        expect(commentsOf(formatted)).toEqual(commentsOf(text));
        expect(await meaningOf(formatted)).toEqual(await meaningOf(text));
      }),
      { numRuns: 200 },
    );
  });
});
