import { fail } from '../../diagnostics/diagnostic.ts';
import { findNearest } from '../../diagnostics/nearest.ts';
import { printable } from '../../diagnostics/printable.ts';
import { readText } from '../../io/open-file.ts';
import type { ClassRules } from './class-folders.ts';

interface Line {
  readonly number: number;
  readonly path: string;
  readonly label: string;
}

/** The last tab parts path and label, else the last comma, else the last blanks. */
const separators = [
  /^(?<path>.+)\t(?<label>.+)$/,
  /^(?<path>.+),(?<label>.+)$/,
  /^(?<path>.+)\s(?<label>\S+)$/,
];

function parseLine(file: string, text: string, number: number): Line {
  for (const separator of separators) {
    const found = separator.exec(text)?.groups;
    const path = found?.path?.trim().replace(/^(?:\.\/)+/, '');
    const label = found?.label?.trim();
    if (path && label) return { number, path, label };
  }
  return fail('dataset-list-line', { file, line: number, reason: 'has no label' });
}

function parseLines(file: string, text: string): readonly Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => (line.trim() === '' ? [] : parseLine(file, line.trim(), index + 1)));
}

/** A class number as it stands, or the class that has the label as its name. */
function classOf(file: string, { label, number }: Line, { labels }: ClassRules): number {
  if (/^-?\d+$/.test(label)) return Number(label);
  const names = labels?.names ?? [];
  const index = names.indexOf(label);
  if (index >= 0) return index;
  const nearest = findNearest(label, names);
  const reason = `has the label '${printable(label)}', which is no class`;
  const hint = nearest === undefined ? undefined : `Did you mean '${nearest}'?`;
  return fail('dataset-list-line', { file, line: number, reason }, { hint });
}

function checkRange(file: string, numbers: Iterable<number>, classes: number): void {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of numbers) {
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  if (least < 0 || most >= classes) fail('dataset-list-range', { file, least, most, classes });
}

/** Class numbers by path, from a list of `PATH LABEL` lines as ImageNet's val_list.txt. Throws DiagnosticError where a line or a label is wrong. */
export async function readLabelList(
  file: string,
  rules: ClassRules,
): Promise<ReadonlyMap<string, number>> {
  const text = await readText(file, 'list of labels');
  const byPath = new Map<string, number>();
  for (const line of parseLines(file, text)) {
    const number = classOf(file, line, rules);
    if ((byPath.get(line.path) ?? number) !== number) {
      const reason = `gives '${printable(line.path)}' another label than a line before`;
      fail('dataset-list-line', { file, line: line.number, reason });
    }
    byPath.set(line.path, number);
  }
  checkRange(file, byPath.values(), rules.classes);
  return byPath;
}
