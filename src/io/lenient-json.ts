/*
 * JSON as other programs print it: control characters stand in strings as they are, inf and nan where numbers belong, and a file may be cut off. Every
 * pattern here matches a few characters: one that matches a whole string overflows the stack of the matcher.
 */
import { ownValue } from '../collections/own-value.ts';
import { readJson } from './outside-json.ts';

export interface LenientJson {
  readonly value: unknown;
  /** False: something was left out. */
  readonly complete: boolean;
}

/** What may have to be put right, and what begins and ends a string. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const repairable = /\\.|"|[\x00-\x08\x0b\x0c\x0e-\x1f]|(?<!\w)-?(?:inf|nan)\b/gs;

const numberWords: Readonly<Record<string, string>> = {
  inf: '1e999',
  '-inf': '-1e999',
  nan: 'null',
  '-nan': 'null',
};

/** Control characters become escapes, inf a number beyond all others and nan null; white space that may stand between values stays. */
function repair(text: string): string {
  let inString = false;
  return text.replaceAll(repairable, (found) => {
    if (found === '"') inString = !inString;
    else if (found < ' ') return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return inString ? found : (ownValue(numberWords, found) ?? found);
  });
}

/** Escapes, strings' ends and the characters that structure the rest. */
const tokens = /\\.|["[\]{},]/gs;

/** The tokens from `start` on that structure a text; those in strings do not, and an unfinished string reaches to the end. */
function* structure(text: string, start: number): Generator<RegExpExecArray> {
  const scanner = new RegExp(tokens);
  scanner.lastIndex = start;
  let inString = false;
  for (let match = scanner.exec(text); match; match = scanner.exec(text)) {
    if (match[0] === '"') inString = !inString;
    else if (!inString) yield match;
  }
}

/** Where each element of the list that starts at `start` (behind its bracket) ends; the last one may be cut off. */
function* elementRanges(text: string, start: number): Generator<readonly [number, number]> {
  let depth = 0;
  let from = start;
  for (const { 0: token, index } of structure(text, start)) {
    if (depth === 0 && (token === ',' || token === ']')) {
      yield [from, index];
      if (token === ']') return;
      from = index + 1;
    } else if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
  }
  yield [from, text.length];
}

function salvage(text: string, listStart: RegExp): readonly unknown[] {
  const start = listStart.exec(text);
  const bracket = start ? start.index + start[0].length : text.indexOf('[') + 1;
  if (bracket === 0) return [];
  const elements: unknown[] = [];
  for (const [from, to] of elementRanges(text, bracket)) {
    const element = text.slice(from, to).trim();
    // Only names and objects can be layers; a failed parse is slow, and damage can leave thousands of scraps.
    const read = /^["{]/.test(element) ? readJson(element) : undefined;
    if (read && !read.problem) elements.push(read.value);
  }
  return elements;
}

/** Parses a whole text, put right where it has to be; undefined where it is no JSON all the same. */
export function parseRepaired(text: string): { readonly value: unknown } | undefined {
  const read = readJson(text);
  const repaired = read.problem ? readJson(repair(text)) : read;
  return repaired.problem ? undefined : { value: repaired.value };
}

/** Parses what it can. Where the text is no JSON, the whole elements of the list that follows `listStart`. */
export function parseLenientJson(text: string, listStart: RegExp): LenientJson {
  const whole = parseRepaired(text);
  if (whole) return { ...whole, complete: true };
  return { value: salvage(repair(text), listStart), complete: false };
}
