/*
 * Whatever comes from outside, what is told of it has a bounded length: a message is made of bounded pieces and is bounded itself, and so are lists.
 */
import { visibleText } from './printable.ts';

/** Longest message, hint or detail, and longest piece of it that is not rcc's own words, in characters. */
const longestLine = 500;
const longestPiece = 400;
/** Most details of a diagnostic, and most items of a list in a sentence. */
const mostDetails = 40;
const mostItems = 24;

/** A text on one line, visible and bounded. */
export function boundedLine(text: string): string {
  // What a long text loses first, so that the work is bounded too.
  const start = text.length > 4 * longestLine ? text.slice(0, 4 * longestLine) : text;
  const line = visibleText(start.replaceAll(/\s*\n\s*/g, ' '));
  return line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line;
}

/** Cut in the middle: a path ends with what matters, a sentence begins with it. */
function boundedPiece(text: string): string {
  if (text.length <= longestPiece) return text;
  const half = longestPiece / 2;
  return `${text.slice(0, half)}…${text.slice(1 - half)}`;
}

function boundedValue(value: unknown): unknown {
  if (typeof value === 'string') return boundedPiece(value);
  return Array.isArray(value) ? value.map(boundedValue) : value;
}

/** The parameters of a message with bounded texts; lists keep their length, which may be told. */
export function boundedParameters<P>(parameters: P): P {
  const entries = Object.entries(parameters as object);
  return Object.fromEntries(entries.map(([name, value]) => [name, boundedValue(value)])) as P;
}

/** Details as lines; of too many the first. */
export function boundedDetails(details: readonly string[]): readonly string[] {
  const surplus = details.length - mostDetails;
  if (surplus <= 0) return details.map(boundedLine);
  const shown = details.slice(0, mostDetails - 1).map(boundedLine);
  return [...shown, `… and ${surplus + 1} more`];
}

/** Of more than `most` lines the first so many, and how many are left. */
export function firstLines(lines: readonly string[], most: number): readonly string[] {
  const rest = lines.length - most;
  return rest > 0 ? [...lines.slice(0, most), `… and ${rest} more`] : lines;
}

/** `a, b, c`, or the first of many: `a, b, c and 7 more`. */
export function listText(
  items: readonly (string | number)[],
  separator = ', ',
  most = mostItems,
): string {
  const surplus = items.length - most;
  if (surplus <= 0) return items.join(separator);
  return `${items.slice(0, most).join(separator)} and ${surplus} more`;
}
