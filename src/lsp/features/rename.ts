import { readdir } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { Range, WorkspaceEdit } from 'vscode-languageserver';
import { fail } from '../../diagnostics/diagnostic.ts';
import { printable } from '../../diagnostics/printable.ts';
import { positionAt, type Span } from '../../diagnostics/source.ts';
import type { ModelNode } from '../../language/ast.ts';
import { findModel, type LoadedFile } from '../../language/loaded-file.ts';
import { isModelName } from '../../language/model-name.ts';
import { placeAt } from '../place.ts';
import { rangeOf } from '../positions.ts';
import { pathOf, type Workspace } from '../workspace.ts';

/** The model that is named at an offset. */
function modelAt(file: LoadedFile, offset: number): ModelNode | undefined {
  const place = placeAt(file.tree, offset);
  if (place?.kind === 'base') return findModel(file, place.model.base?.text ?? '');
  return place?.kind === 'model' && place.model.name.text !== '' ? place.model : undefined;
}

/** The name at an offset that can be changed. */
export function renameRange(file: LoadedFile, offset: number): Range | undefined {
  const place = placeAt(file.tree, offset);
  return place && modelAt(file, offset) && rangeOf(place.span);
}

async function specsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.rn')).map((name) => join(folder, name));
}

/** The files in which a model may be named: those that are open, and those beside it. */
async function filesAround(path: string, workspace: Workspace): Promise<readonly LoadedFile[]> {
  const open = workspace.documents.map(({ uri }) => pathOf(uri));
  const paths = new Set([path, ...open, ...(await specsIn(dirname(path)))].map(normalize));
  const files: LoadedFile[] = [];
  for (const one of paths) {
    const analysis = await workspace.analysisOf(one);
    if (analysis) files.push(analysis.file);
  }
  return files;
}

const isSame = (a: Span, b: Span): boolean =>
  normalize(a.file.path) === normalize(b.file.path) && a.start === b.start;

/** Where a file names the model. */
function namesIn(file: LoadedFile, model: ModelNode): readonly Span[] {
  return file.tree.models.flatMap(({ name, base }) => {
    const meant = base && findModel(file, base.text);
    return [
      ...(isSame(name.span, model.name.span) ? [name.span] : []),
      ...(base && meant && isSame(meant.name.span, model.name.span) ? [base.span] : []),
    ];
  });
}

/** Refuses a name that is none, or that means another model in a file that is changed. */
function refuseName(newName: string, files: readonly LoadedFile[]): void {
  const name = printable(newName);
  if (!isModelName(newName)) fail('invalid-name', { name });
  for (const file of files) {
    const other = findModel(file, newName)?.name.span;
    if (!other) continue;
    const where = `line ${positionAt(other.file, other.start).line} of '${other.file.path}'`;
    fail('duplicate-model', { name, where });
  }
}

/** A model of the package is nobody's to rename, unless its own file is the one that is edited. */
async function refuseBundled(
  { name, span }: ModelNode,
  edited: LoadedFile,
  workspace: Workspace,
): Promise<void> {
  const { path } = span.file;
  if (normalize(path) === normalize(edited.path)) return;
  for (const file of (await workspace.bundled()).values())
    if (normalize(file) === normalize(path)) fail('rename-bundled', { name: name.text });
}

/** Gives the model at an offset another name, there and wherever an open file, or one beside it, extends it. Throws DiagnosticError. */
export async function renameAt(
  file: LoadedFile,
  { offset, newName }: { readonly offset: number; readonly newName: string },
  workspace: Workspace,
): Promise<WorkspaceEdit | undefined> {
  const model = modelAt(file, offset);
  if (!model || model.name.text === newName) return undefined;
  await refuseBundled(model, file, workspace);
  const around = await filesAround(model.span.file.path, workspace);
  const naming = around.map((one) => ({ one, spans: namesIn(one, model) }));
  const changed = naming.filter(({ spans }) => spans.length > 0);
  refuseName(
    newName,
    changed.map(({ one }) => one),
  );
  const edits = changed.map(({ one, spans }) => [
    workspace.uriOf(one.path),
    spans.map((span) => ({ range: rangeOf(span), newText: newName })),
  ]);
  return { changes: Object.fromEntries(edits) };
}
