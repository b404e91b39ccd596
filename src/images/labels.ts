import { fail } from '../diagnostics/diagnostic.ts';
import { readBytes } from '../io/open-file.ts';
import { sha256 } from '../io/sha256.ts';

/** The names of a network's classes, in their order. */
export interface Labels {
  readonly file: string;
  readonly names: readonly string[];
  /** SHA-256 of the file, in hex. */
  readonly digest: string;
}

/** PaddleClas' label lists number their lines: `0 tench, Tinca tinca`. */
function stripNumbers(lines: readonly string[]): readonly string[] {
  const isNumbered = lines.every((line, index) => line.startsWith(`${index} `));
  return isNumbered ? lines.map((line) => line.slice(line.indexOf(' ') + 1).trim()) : lines;
}

/** The labels in a text, one a line; empty lines do not count. Numbers before all labels that are those of their lines are dropped. */
export function parseLabels(text: string): readonly string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|[\r\n]/);
  return stripNumbers(lines.map((line) => line.trim()).filter((line) => line !== ''));
}

/** Reads a labels file. Throws DiagnosticError `file-not-found`, `file-unreadable`, or `labels-count` where they are not as many as `classes`. */
export async function readLabels(file: string, classes: number): Promise<Labels> {
  const bytes = await readBytes(file, 'labels file');
  const names = parseLabels(new TextDecoder().decode(bytes));
  if (names.length !== classes) fail('labels-count', { file, count: names.length, classes });
  return { file, names, digest: sha256(bytes) };
}
