/*
 * JSON that tools write without escaping: names with control characters are put right, and a file that was cut off gives the elements
 * that are whole.
 */

export interface LenientJson {
  readonly value: unknown;
  /** False: something was left out. */
  readonly complete: boolean;
}

function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Control characters become escapes; the white space that may stand between values stays. */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Strings (an unfinished one reaches to the end) and the characters that structure the rest. */
const tokens = /"(?:[^"\\]|\\.)*(?:"|$)|[[\]{},]/gs;

/** Where each element of the list that starts at `start` (behind its bracket) ends; the last one may be cut off. */
function* elementRanges(text: string, start: number): Generator<readonly [number, number]> {
  const scanner = new RegExp(tokens);
  scanner.lastIndex = start;
  let depth = 0;
  let from = start;
  for (let match = scanner.exec(text); match; match = scanner.exec(text)) {
    const [token] = match;
    if (depth === 0 && (token === ',' || token === ']')) {
      yield [from, match.index];
      if (token === ']') return;
      from = match.index + 1;
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
    const parsed = /^["{]/.test(element) ? tryParse(element) : undefined;
    if (parsed) elements.push(parsed.value);
  }
  return elements;
}

/** Parses what it can. Where the text is no JSON, the whole elements of the list that follows `listStart`. */
export function parseLenientJson(text: string, listStart: RegExp): LenientJson {
  const whole = tryParse(text);
  if (whole) return { ...whole, complete: true };
  const escaped = escapeControls(text);
  const repaired = tryParse(escaped);
  if (repaired) return { ...repaired, complete: true };
  return { value: salvage(escaped, listStart), complete: false };
}
