import { extname } from 'node:path';
import { fail } from '../diagnostics/diagnostic.ts';

/** Endings by which people and programs take a file for what it is. */
const known: ReadonlySet<string> = new Set([
  ...['.svg', '.svgz', '.png', '.jpg', '.jpeg', '.gif', '.webp', '.avif', '.bmp', '.tif', '.tiff'],
  ...['.pdf', '.ps', '.eps', '.html', '.htm', '.md', '.csv', '.tsv', '.xls', '.xlsx', '.docx'],
  ...['.json', '.jsonl', '.yaml', '.yml', '.xml', '.txt', '.zip', '.tar', '.gz', '.rn', '.onnx'],
]);

/** What an option writes, and the endings that it may have; a folder has none. */
export interface OutputKind {
  readonly what: string;
  readonly endings: readonly string[];
}

export const pictureFile: OutputKind = { what: 'a picture', endings: ['.svg', '.png'] };
export const specFile: OutputKind = { what: 'a spec', endings: ['.rn'] };
export const benchFile: OutputKind = { what: 'a bench file', endings: ['.json'] };
export const reportFolder: OutputKind = { what: 'a folder with a page in it', endings: [] };

export const endingOf = (path: string): string => extname(path).toLowerCase();

/** Refuses a path that says it were another kind of file than is written. */
export function requireEnding(option: string, path: string, { what, endings }: OutputKind): void {
  const ending = endingOf(path);
  if (!known.has(ending) || endings.includes(ending)) return;
  const bare = path.slice(0, -ending.length);
  const names = endings.length > 0 ? endings.map((one) => bare + one) : [bare];
  const written = endings.length > 0 ? `${what} (${endings.join(' or ')})` : what;
  fail('output-ending', { option, path, what: written, name: names.join(' or ') });
}
