import { basename } from 'node:path';
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver';
import { type LoadedFile, modelsInSight } from '../../language/loaded-file.ts';
import type { Workspace } from '../workspace.ts';

/** The models that one at an offset may extend: those in sight of the file, then those that come with rcc. */
export async function completeBases(
  file: LoadedFile,
  offset: number,
  workspace: Workspace,
): Promise<readonly CompletionItem[]> {
  const seen = [...modelsInSight(file)]
    .map(({ model }) => model)
    .filter(({ name, span }) => {
      const isOwn = span.file === file.tree.file && span.start <= offset && offset <= span.end;
      return name.text !== '' && !isOwn;
    });
  const near = seen.map(({ name, span }) => ({
    name: name.text,
    detail: basename(span.file.path),
    rank: 0,
  }));
  const bundled = [...(await workspace.bundled()).keys()].map((name) => ({
    name,
    detail: 'comes with rcc',
    rank: 1,
  }));
  // Of one name the first is meant.
  const byName = new Map([...near, ...bundled].reverse().map((one) => [one.name, one]));
  return [...byName.values()].reverse().map(({ name, detail, rank }) => ({
    label: name,
    detail,
    kind: CompletionItemKind.Class,
    sortText: `${rank}${name}`,
  }));
}
