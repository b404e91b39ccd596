import type { Span } from '../diagnostics/source.ts';
import type { FileNode, ModelNode } from './ast.ts';

/** A parsed file and the files that it brings in. */
export interface LoadedFile {
  readonly path: string;
  readonly tree: FileNode;
  /** Filled while the file is loaded. */
  readonly uses: { readonly file: LoadedFile; readonly span: Span }[];
}

/** A model that can be seen in a file, and the span that brings it in: its name, or the `use` of its file. */
export interface SeenModel {
  readonly model: ModelNode;
  readonly span: Span;
}

/** The models that can be seen in a file: its own and those of the files it uses; where two have one name, the first is meant. */
export function* modelsInSight({ tree, uses }: LoadedFile): Generator<SeenModel> {
  for (const model of tree.models) yield { model, span: model.name.span };
  for (const { file, span } of uses) for (const model of file.tree.models) yield { model, span };
}

/** The model that a name means in a file. */
export function findModel(file: LoadedFile, name: string): ModelNode | undefined {
  for (const { model } of modelsInSight(file)) if (model.name.text === name) return model;
  return undefined;
}
