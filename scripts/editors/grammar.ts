import type { TokenType } from 'chevrotain';
import { allProperties, groups, properties, wordsIn } from '../../src/language/properties.ts';
import {
  Comment,
  Extends,
  LeftBrace,
  LeftBracket,
  Model,
  NameLike,
  OpenText,
  Quantity,
  QuotedText,
  RightBrace,
  RightBracket,
  SlashComment,
  Text,
  Use,
  Word,
  wordCharacter,
} from '../../src/language/syntax/tokens.ts';
import type { ValueType } from '../../src/language/values/value-type.ts';

interface Rule {
  readonly match: string;
  readonly name?: string;
  readonly captures?: Readonly<
    Record<string, { readonly name?: string; readonly patterns?: readonly Rule[] }>
  >;
}

/** A JavaScript pattern as Oniguruma has it. */
function oniguruma(source: string): string {
  return source.replaceAll(/\\u([0-9A-F]{4})/g, '\\x{$1}');
}

function patternOf({ PATTERN, name }: TokenType): string {
  if (!(PATTERN instanceof RegExp)) throw new Error(`${name} is matched by no pattern`);
  return oniguruma(PATTERN.source);
}

const tokenRule = (token: TokenType, name: string): Rule => ({
  match: patternOf(token),
  name: `${name}.rn`,
});

/** One of the words, whole. */
function oneOf(words: Iterable<string>): string {
  const longestFirst = [...new Set(words)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const escaped = longestFirst.map((word) => word.replaceAll(/[.+]/g, '\\$&'));
  return `(?:${escaped.join('|')})(?!${oniguruma(wordCharacter)})`;
}

const types = allProperties.map(
  (name): Omit<ValueType<never>, 'read' | 'print'> => properties[name].type,
);
const values = new Set(types.flatMap(({ words }) => words));
const particles = new Set(
  types.flatMap(({ prefix, followers = [] }) => [...followers, ...(prefix ? [prefix] : [])]),
);
const groupNames = Object.keys(groups);
const names = new Set([undefined, ...groupNames].flatMap((group) => wordsIn(group)));
/** Both a property and a value: a property where no word follows. */
const ambiguous = [...names].filter((name) => values.has(name) || particles.has(name));

/** What stands for a name: whatever the token table takes for one. */
const nameLike = [Word, Quantity, Text, OpenText, QuotedText];
if (!nameLike.every(({ CATEGORIES = [] }) => CATEGORIES.includes(NameLike))) {
  throw new Error('other tokens than expected stand for names');
}
const name = `(?:${[Word, Quantity].map(patternOf).join('|')})`;

/** `model NAME`, `extends BASE`. */
function named(keyword: TokenType, scope: string): Rule {
  const word = `${patternOf(keyword)}(?!${oniguruma(wordCharacter)})`;
  return {
    match: `(${word})([\\s,]+(?!${oneOf(['model', 'extends', 'use'])})(${name}))?`,
    captures: { 1: { name: 'keyword.control.rn' }, 3: { name: `${scope}.rn` } },
  };
}

const text: Rule = {
  match: patternOf(Text),
  name: 'string.quoted.double.rn',
  captures: {
    0: {
      patterns: [
        { match: '\\\\["\\\\]', name: 'constant.character.escape.rn' },
        { match: '\\\\.', name: 'invalid.illegal.escape.rn' },
      ],
    },
  },
};

/** In the order in which they are tried, as the lexer tries its tokens. */
const rules: readonly Rule[] = [
  tokenRule(Comment, 'comment.line.number-sign'),
  tokenRule(SlashComment, 'invalid.illegal.comment'),
  named(Model, 'entity.name.type.model'),
  named(Extends, 'entity.other.inherited-class'),
  { match: `${patternOf(Use)}(?!${oniguruma(wordCharacter)})`, name: 'keyword.control.import.rn' },
  { match: oneOf(groupNames), name: 'support.type.property-name.group.rn' },
  {
    match: `${oneOf(ambiguous)}(?=[\\s,]*["'\\[0-9])`,
    name: 'support.type.property-name.rn',
  },
  {
    match: oneOf([...names].filter((word) => !ambiguous.includes(word))),
    name: 'support.type.property-name.rn',
  },
  { match: oneOf(particles), name: 'keyword.other.rn' },
  { match: oneOf(values), name: 'support.constant.property-value.rn' },
  tokenRule(Word, 'variable.other'),
  tokenRule(Quantity, 'constant.numeric'),
  text,
  tokenRule(OpenText, 'string.quoted.double.unclosed'),
  tokenRule(QuotedText, 'invalid.illegal.quotes'),
  {
    match: `${patternOf(LeftBrace)}|${patternOf(RightBrace)}`,
    name: 'punctuation.section.braces.rn',
  },
  {
    match: `${patternOf(LeftBracket)}|${patternOf(RightBracket)}`,
    name: 'punctuation.section.brackets.rn',
  },
  { match: ',', name: 'punctuation.separator.rn' },
  { match: '[^\\s\\x{FEFF}]', name: 'invalid.illegal.character.rn' },
];

/** The TextMate grammar of .rn files, made from the tokens and the table of properties. */
export function grammarJson(): string {
  const grammar = {
    information:
      'Written by `npm run gen` from src/language/syntax/tokens.ts and the table of properties.',
    name: 'rn',
    scopeName: 'source.rn',
    fileTypes: ['rn'],
    patterns: rules,
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}
