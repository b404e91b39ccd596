import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import type { PropertyNode, ValueNode } from '../../src/language/ast.ts';
import { parseSpec } from '../../src/language/syntax/parse.ts';

/* The grammar as VS Code reads it: by its own engine, on every spec of the repository. */
const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
await oniguruma.loadWASM(readFileSync(wasm).buffer);

const path = 'editors/vscode/syntaxes/rn.tmLanguage.json';
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(path, 'utf8'), path),
});
const loaded = await registry.loadGrammar('source.rn');
if (!loaded) throw new Error('there is no grammar');
const grammar = loaded;

interface Colour {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly scope: string;
}

/** The parts of a text that are not blank, each with its innermost scope. */
function coloursOf(text: string): readonly Colour[] {
  let stack = textmate.INITIAL;
  let offset = 0;
  return text.split('\n').flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    const from = offset;
    offset += line.length + 1;
    return tokens
      .map(({ startIndex, endIndex, scopes }) => ({
        start: from + startIndex,
        end: from + Math.min(endIndex, line.length),
        text: line.slice(startIndex, endIndex),
        scope: scopes.at(-1) ?? '',
      }))
      .filter(({ text: part }) => part.replaceAll('\uFEFF', '').trim() !== '');
  });
}

const specs = ['specs', 'examples', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rn'))
    .map((name) => join(folder, name)),
);

/** What the parser makes of the words and strings of a text, by where they start. */
function rolesOf(text: string): ReadonlyMap<number, RegExp> {
  const roles = new Map<number, RegExp>();
  const addValue = (value: ValueNode): void => {
    if (value.kind === 'group') addProperties(value.properties);
    else if (value.kind === 'list') for (const item of value.items) addValue(item);
    else roles.set(value.span.start, valueScopes[value.kind]);
  };
  const addProperties = (properties: readonly PropertyNode[]): void => {
    for (const { nameSpan, values } of properties) {
      roles.set(nameSpan.start, /^support\.type\.property-name\./);
      for (const value of values) addValue(value);
    }
  };
  const { models, uses } = parseSpec({ path: 'x.rn', text }).tree;
  for (const { span } of uses) roles.set(span.start, /^string\./);
  for (const { name, base, properties } of models) {
    roles.set(name.span.start, /^entity\.name\.type\.model\./);
    if (base) roles.set(base.span.start, /^entity\.other\.inherited-class\./);
    addProperties(properties);
  }
  return roles;
}

const valueScopes = {
  word: /^(?:support\.constant\.property-value|keyword\.other)\./,
  quantity: /^constant\.numeric\./,
  string: /^string\.quoted\.double\.rn/,
};

describe('every spec of the repository', () => {
  const right = specs.filter((name) => {
    const { diagnostics } = parseSpec({ path: name, text: readFileSync(name, 'utf8') });
    return diagnostics.length === 0;
  });

  it('has colours for all that is written', () => {
    expect(specs.length).toBeGreaterThan(150);
    for (const name of specs) {
      const plain = coloursOf(readFileSync(name, 'utf8')).filter(
        ({ scope }) => scope === 'source.rn',
      );
      expect({ name, plain }).toEqual({ name, plain: [] });
    }
  });

  it('has nothing that is coloured as wrong where the parser has no complaint', () => {
    expect(right.length).toBeGreaterThan(100);
    for (const name of right) {
      const wrong = coloursOf(readFileSync(name, 'utf8')).filter(({ scope }) =>
        scope.startsWith('invalid'),
      );
      expect({ name, wrong }).toEqual({ name, wrong: [] });
    }
  });

  it('has the colours that its words have for the parser', () => {
    let count = 0;
    for (const name of right.filter((path) => !path.includes('samples'))) {
      const text = readFileSync(name, 'utf8');
      const colours = new Map(coloursOf(text).map((colour) => [colour.start, colour]));
      for (const [start, expected] of rolesOf(text)) {
        expect(colours.get(start)?.scope ?? `${name}:${start}`).toMatch(expected);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(2000);
  });
});

describe('a text has colours', () => {
  it.each([
    ['# a "comment" {', ['comment.line.number-sign.rn']],
    ['model models { }', ['keyword.control.rn', 'entity.name.type.model.rn']],
    ['model extends b', ['keyword.control.rn', 'keyword.control.rn']],
    ['use "a.rn"', ['keyword.control.import.rn', 'string.quoted.double.rn']],
    ['head logits', ['support.type.property-name.rn', 'support.constant.property-value.rn']],
    ['logits "a.npy"', ['support.type.property-name.rn', 'string.quoted.double.rn']],
    ['stride in conv1', ['support.type.property-name.rn', 'keyword.other.rn']],
    ['stride-x', ['variable.other.rn']],
    ['25.58M', ['constant.numeric.rn']],
    ['= ;', ['invalid.illegal.character.rn', 'invalid.illegal.character.rn']],
    ['// x', ['invalid.illegal.comment.rn']],
    ["'x'", ['invalid.illegal.quotes.rn']],
    ['"x', ['string.quoted.double.unclosed.rn']],
  ])('in %j', (text, expected) => {
    expect(
      coloursOf(text)
        .map(({ scope }) => scope)
        .slice(0, expected.length),
    ).toEqual(expected);
  });

  it('in escapes', () => {
    expect(coloursOf('"a\\"b\\n"').map(({ text, scope }) => [text, scope])).toEqual([
      ['"a', 'string.quoted.double.rn'],
      ['\\"', 'constant.character.escape.rn'],
      ['b', 'string.quoted.double.rn'],
      ['\\n', 'invalid.illegal.escape.rn'],
      ['"', 'string.quoted.double.rn'],
    ]);
  });

  it('whatever it is', () => {
    const pieces = [
      'model',
      'extends',
      'use',
      '"',
      '\\',
      '#',
      '{',
      ']',
      'é',
      '=',
      ' ',
      '50',
      'x\u2013',
    ];
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(any, (text) => {
        for (const { scope } of coloursOf(text)) expect(scope).not.toBe('source.rn');
      }),
    );
  });
});
