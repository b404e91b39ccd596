/** The first line in which a text differs from the one it is to become, counted from 0, and what of it differs. */
export interface LineDifference {
  readonly index: number;
  /** `- old` and `+ new`, as in a diff; white space that is not to be seen is named. */
  readonly details: readonly string[];
}

/** Line ends and spaces at the end, in words. */
function unseen(line: string): string {
  const spaces = /[ \t]+\r?$/.test(line) ? ['spaces at its end'] : [];
  return [...spaces, ...(line.endsWith('\r') ? ['CRLF'] : [])].map((what) => ` (${what})`).join('');
}

const shown = (mark: string, line: string): string =>
  line === '' ? `${mark} (an empty line)` : `${mark} ${line.trimEnd()}${unseen(line)}`;

/** Of two texts that differ. */
export function firstDifference(text: string, wanted: string): LineDifference {
  const lines = text.split('\n');
  const others = wanted.split('\n');
  const count = Math.max(lines.length, others.length);
  const index = Array.from({ length: count }, (_, i) => i).find((i) => lines[i] !== others[i]) ?? 0;
  const before = lines[index];
  const after = others[index];
  // A text whose last line has no end.
  if (before === undefined && after === '' && index === count - 1) {
    return { index: lines.length - 1, details: ['The last line has no line end.'] };
  }
  return {
    index: Math.min(index, lines.length - 1),
    details: [
      ...(before === undefined ? [] : [shown('-', before)]),
      ...(after === undefined ? [] : [shown('+', after)]),
    ],
  };
}
