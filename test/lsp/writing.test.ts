import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PropertyNode } from '../../src/language/ast.ts';
import { allProperties, properties, qualifiedName } from '../../src/language/properties.ts';
import { parseSpec } from '../../src/language/syntax/parse.ts';
import { typeOf, wordsAfter } from '../../src/lsp/words-after.ts';
import { writingAt } from '../../src/lsp/writing.ts';
import { load } from '../helpers/language.ts';

const specs = ['specs', 'examples'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.rn'))
    .map((path) => join(folder, path)),
);

/** A place behind which somebody writes: the property there, and how many of its values are written already. */
interface Place {
  readonly end: number;
  readonly name: string;
  readonly written: number;
}

function placesOf(nodes: readonly PropertyNode[], group?: string): readonly Place[] {
  return nodes.flatMap(({ name, nameSpan, values }) => {
    const own = qualifiedName(group, name);
    const behind = values.flatMap((value, index) =>
      value.kind === 'group'
        ? placesOf(value.properties, name)
        : [{ end: value.span.end, name: own, written: index + 1 }],
    );
    return [{ end: nameSpan.end, name: own, written: 0 }, ...behind];
  });
}

/** As `placesOf`, of a cursor behind a text. */
function placeBehind(text: string, end: number): Place {
  const writing = writingAt(`${text} `, text.length + 1);
  if (writing?.at !== 'block') throw new Error(`${text}: ${writing?.at}`);
  const [name = '', ...written] = writing.before;
  return { end, name: qualifiedName(writing.group, name), written: written.length };
}

it('what is written is what the parser reads there, in every spec of the repository', () => {
  let count = 0;
  for (const path of specs) {
    const text = readFileSync(path, 'utf8');
    const { models } = parseSpec({ path, text }).tree;
    for (const place of models.flatMap((model) => placesOf(model.properties))) {
      expect(placeBehind(text.slice(0, place.end), place.end)).toEqual(place);
      count += 1;
    }
  }
  expect(count).toBeGreaterThan(1000);
});

describe('the words that are offered', () => {
  const offered = allProperties.flatMap((name) => wordsAfter(name, []).map((word) => [name, word]));

  const modelOf = (name: string, value: string): string => {
    const [group = '', field] = name.split('.');
    return field === undefined
      ? `model m { ${name} ${value} }`
      : `model m { ${group} { ${field} ${value} } }`;
  };

  /** What is wrong with the value itself. */
  const mistakesOf = async (text: string) =>
    (await load(text)).diagnostics
      .map(({ code }) => code)
      .filter((code) => ['unknown-value', 'wrong-value', 'surplus-value'].includes(code));

  it.each(offered)('for %s, %s is read', async (name = '', word = '') => {
    const type = typeOf(name as (typeof allProperties)[number]);
    const isList = type.form.startsWith('[') && !type.files;
    const more = word === type.prefix ? ` ${wordsAfter(name as never, [word])[0]}` : '';
    const file = type.files ? ' "x"' : '';
    const value = isList ? `[${word}]` : `${word}${more}${file}`;
    expect(await mistakesOf(modelOf(name, value))).toEqual([]);
  });

  it('are all words that a row has, one after the other', () => {
    for (const name of allProperties) {
      const { words, form } = typeOf(name);
      const found = new Set<string>();
      const walk = (written: readonly string[]): void => {
        if (written.length > 3) return;
        for (const word of wordsAfter(name, written)) {
          found.add(word);
          walk([...written, word]);
        }
      };
      walk([]);
      expect({ name, form, missing: words.filter((word) => !found.has(word)) }).toEqual({
        name,
        form,
        missing: [],
      });
    }
  });

  it('the example of each row is read', async () => {
    for (const name of allProperties) {
      const { example } = properties[name];
      const value = example.slice(example.indexOf(' ') + 1);
      expect(await mistakesOf(modelOf(name, value))).toEqual([]);
    }
  });
});
