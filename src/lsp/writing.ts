import type { IToken } from 'chevrotain';
import {
  Extends,
  LeftBrace,
  LeftBracket,
  Model,
  OpenText,
  Quantity,
  RightBrace,
  RightBracket,
  specLexer,
  Text,
  Use,
  Word,
} from '../language/syntax/tokens.ts';
import { takesWord } from '../language/word-rules.ts';

/** In the braces of a model, or of a group. */
interface BlockSpot {
  readonly at: 'block';
  /** Undefined: of a model. */
  readonly group: string | undefined;
  /** The property's name and what is written of its value; empty: a property begins. */
  readonly before: readonly string[];
  readonly isList: boolean;
}

/** Where in the grammar somebody writes. */
type Spot = { readonly at: 'top' | 'use' | 'name' | 'header' | 'base' | 'brace' } | BlockSpot;

/** What is being written at an offset, as far as the text before it tells. */
export type Writing = Spot & {
  /** Where what is typed begins and, past the offset, ends: a word, or what stands between quotes. */
  readonly start: number;
  readonly end: number;
  /** What is typed of it, up to the offset. */
  readonly typed: string;
  readonly isString: boolean;
};

const top: Spot = { at: 'top' };
const inModel: BlockSpot = { at: 'block', group: undefined, before: [], isList: false };

function inBlock(spot: BlockSpot, { tokenType: type, image }: IToken, depth: number): Spot {
  const { group, before, isList } = spot;
  if (type === LeftBracket) return { ...spot, before: [...before, image], isList: true };
  if (type === RightBracket) return { ...spot, isList: false };
  if (type === LeftBrace) return depth === 1 ? { ...inModel, group: before[0] } : spot;
  if (type === RightBrace) return depth === 1 ? top : inModel;
  // A property's name in a list means that the bracket was forgotten, as the parser has it.
  const starts = type === Word && !takesWord(group, isList ? [] : before, image);
  if (starts || before.length === 0) return { ...spot, before: [image], isList: false };
  return isList ? spot : { ...spot, before: [...before, image] };
}

function next(spot: Spot, token: IToken): Spot {
  const { tokenType: type } = token;
  if (type === Use) return { at: 'use' };
  if (type === Model) return { at: 'name' };
  if (spot.at === 'block') return inBlock(spot, token, spot.group === undefined ? 1 : 2);
  if (spot.at === 'top' || spot.at === 'use') return top;
  if (type === LeftBrace) return inModel;
  if (type === Extends) return { at: 'base' };
  return spot.at === 'name' ? { at: 'header' } : { at: 'brace' };
}

const growing = [Word, Quantity, Model, Extends, Use, OpenText];

/** Whether a token goes on at its end, so that it is still being typed there. */
function isGrowing(token: IToken | undefined, offset: number): token is IToken {
  if (!token || token.startOffset + token.image.length !== offset) return false;
  return growing.includes(token.tokenType);
}

/** Where the token ends in the whole text: for a string without an end, at the offset. */
function endOf(text: string, { startOffset }: IToken, offset: number): number {
  const token = specLexer.tokenize(text.slice(startOffset)).tokens[0];
  if (!token || token.tokenType === OpenText) return offset;
  const end = startOffset + token.image.length;
  return token.tokenType === Text ? end - 1 : end;
}

/** What is being written at an offset of any text; undefined in a comment. */
export function writingAt(text: string, offset: number): Writing | undefined {
  const { tokens, groups } = specLexer.tokenize(text.slice(0, offset));
  const comments = [...(groups.comments ?? []), ...(groups.slashComments ?? [])];
  if (comments.some(({ startOffset, image }) => startOffset + image.length === offset)) {
    return undefined;
  }
  const last = tokens.at(-1);
  const own = isGrowing(last, offset) ? last : undefined;
  const spot = tokens.slice(0, own ? -1 : undefined).reduce(next, top);
  if (!own) return { ...spot, start: offset, end: offset, typed: '', isString: false };
  const isString = own.tokenType === OpenText;
  const start = own.startOffset + (isString ? 1 : 0);
  return {
    ...spot,
    start,
    end: endOf(text, own, offset),
    typed: text.slice(start, offset),
    isString,
  };
}
