import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver';
import { resolvePath } from '../../language/resolve.ts';
import { quoteString } from '../../language/values/paths.ts';

/** Names that are offered of one folder. */
const mostNames = 1000;

export interface PathRequest {
  /** The spec: paths are relative to its folder. */
  readonly file: string;
  /** What is typed of the path, as it stands between the quotes. */
  readonly typed: string;
  /** Whether the quotes are there already. */
  readonly isString: boolean;
  /** Endings of the files that are usual here, the most usual first. */
  readonly endings: readonly string[];
  /** Whether others are left out. */
  readonly isStrict?: boolean;
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    // A folder that is not there, or that nobody may read, has nothing to offer.
    return [];
  }
}

/** Files by how usual their ending is, then folders, then the rest. */
function rankOf(name: string, isFolder: boolean, endings: readonly string[]): number {
  if (isFolder) return endings.length;
  const rank = endings.findIndex((ending) => name.toLowerCase().endsWith(ending));
  return rank < 0 ? endings.length + 1 : rank;
}

/** The files beside a spec, and the folders that lead to others. Reads the one folder that is being written. */
export async function completePaths(request: PathRequest): Promise<readonly CompletionItem[]> {
  const { file, typed, isString, endings, isStrict = false } = request;
  const path = typed.replaceAll(/\\(.)/gs, '$1');
  const lead = path.slice(0, path.lastIndexOf('/') + 1);
  const folder = lead === '' ? dirname(file) : resolvePath(file, lead);
  const entries = await entriesOf(folder);
  const shown = entries
    .filter(({ name }) => !name.startsWith('.') || path.slice(lead.length).startsWith('.'))
    .map((entry) => ({ entry, rank: rankOf(entry.name, entry.isDirectory(), endings) }))
    .filter(({ rank }) => !isStrict || rank <= endings.length);
  return shown.slice(0, mostNames).map(({ entry, rank }) => {
    const name = entry.isDirectory() ? `${entry.name}/` : entry.name;
    const quoted = quoteString(`${lead}${name}`);
    return {
      label: name,
      kind: entry.isDirectory() ? CompletionItemKind.Folder : CompletionItemKind.File,
      sortText: `${String(rank).padStart(2, '0')}${name}`,
      filterText: isString ? quoted.slice(1, -1) : quoted,
      insertText: isString ? quoted.slice(1, -1) : quoted,
    };
  });
}
