import { stripVTControlCharacters } from 'node:util';
import { greatest } from '../collections/extremes.ts';

/** Signs that take no column: marks on the one before. */
const marks = /\p{M}/gu;

/** Signs that take two columns: those of East Asia, and pictures. */
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/gu;

/** Columns that a line takes on a terminal; colours take none. */
export function displayWidth(line: string): number {
  const shown = stripVTControlCharacters(line).replaceAll(marks, '');
  return [...shown].length + (shown.match(wide)?.length ?? 0);
}

/** Words with the spaces before them; what stands in backticks is one, so that a command is not torn. */
function wordsOf(line: string, room: number): readonly (readonly [gap: string, word: string])[] {
  return [...line.matchAll(/( *)((?:`[^`]*`|[^ ])+)/g)].flatMap(([, gap = '', word = '']) => {
    if (displayWidth(word) <= room) return [[gap, word] as const];
    const parts = word.split(' ');
    return parts.map((part, index) => [index === 0 ? gap : ' ', part] as const);
  });
}

/** Where a line begins. */
function leadOf(shown: string): number {
  return shown.length - shown.trimStart().length;
}

/**
 * Where a line goes on: below what follows its last gap, as in `  server   triton`, where all words fit there; else so much further in than it starts, by which the lines of a list
 * are told apart. A paragraph needs none.
 */
export function hangingOf(line: string, columns: number, further = 2): number {
  const shown = stripVTControlCharacters(line);
  const starts = [...shown.matchAll(/\S {2,}(?=\S)/g)].map(([gap], index, all) => {
    return (all[index]?.index ?? 0) + gap.length;
  });
  const lead = leadOf(shown);
  const start = starts.findLast((each) => each <= columns / 2) ?? lead;
  const widest = greatest([0, ...shown.slice(start).split(' ').map(displayWidth)]);
  return start > lead && start + widest <= columns ? start : lead + further;
}

/** One line as lines of at most so many columns, broken at spaces; a word that is longer stays whole. */
export function wrapLine(
  line: string,
  columns: number,
  hanging = hangingOf(line, columns),
): readonly string[] {
  if (displayWidth(line) <= columns) return [line];
  const lines: string[] = [];
  let current = '';
  for (const [gap, word] of wordsOf(line, columns - hanging)) {
    const isFirst = current.trim() === '';
    if (isFirst || displayWidth(current + gap + word) <= columns) {
      current += (isFirst && current !== '' ? '' : gap) + word;
    } else {
      lines.push(current);
      current = ' '.repeat(hanging) + word;
    }
  }
  return [...lines, current];
}

/** Lines of a script or a spec: those that are comments go on as comments, the others are as they are, since they are copied. Of more signs than one it is a heading of Markdown, which has one line. */
export function wrapComments(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  const wrapped = text.split('\n').flatMap((line) => {
    const [mark] = /^\s*#\s+/.exec(line) ?? [];
    if (mark === undefined) return [line];
    const [first = '', ...others] = wrapLine(line, columns, mark.length);
    return [first, ...others.map((other) => mark + other.trimStart())];
  });
  return wrapped.join('\n');
}

/** Each line of a text, wrapped; `columns` undefined: as it is. */
export function wrapText(text: string, columns: number | undefined, hanging?: number): string {
  if (columns === undefined) return text;
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns, hanging))
    .join('\n');
}
