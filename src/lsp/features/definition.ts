import type { Location } from 'vscode-languageserver';
import type { Span } from '../../diagnostics/source.ts';
import { findModel, type LoadedFile } from '../../language/loaded-file.ts';
import { placeAt } from '../place.ts';
import { rangeOf } from '../positions.ts';
import type { Workspace } from '../workspace.ts';

function targetAt(file: LoadedFile, offset: number): Span | undefined {
  const place = placeAt(file.tree, offset);
  if (place?.kind === 'use') {
    const used = file.uses.find(({ span }) => span.start === place.span.start)?.file;
    return used && { file: used.tree.file, start: 0, end: 0 };
  }
  if (place?.kind === 'base') return findModel(file, place.model.base?.text ?? '')?.name.span;
  return place?.kind === 'model' ? place.span : undefined;
}

/** Where the model of a name stands, or the file of a `use`. */
export function definitionAt(
  file: LoadedFile,
  offset: number,
  workspace: Workspace,
): Location | undefined {
  const target = targetAt(file, offset);
  return target && { uri: workspace.uriOf(target.file.path), range: rangeOf(target) };
}
