import { type InlayHint, InlayHintKind } from 'vscode-languageserver';
import type { Analysis } from '../analysis.ts';
import { rangeOf } from '../positions.ts';
import type { Workspace } from '../workspace.ts';
import { costText } from './hover.ts';

/** What each network between two lines costs, behind the name of its model. */
export function inlayHints(
  { file, specs }: Analysis,
  lines: { readonly first: number; readonly last: number },
  workspace: Workspace,
): readonly InlayHint[] {
  return file.tree.models.flatMap((model) => {
    const { end: position } = rangeOf(model.name.span);
    const spec = specs.get(model);
    if (!spec || position.line < lines.first || position.line > lines.last) return [];
    const label = costText(workspace.networks.factsOf(spec));
    return [{ position, label, kind: InlayHintKind.Type, paddingLeft: true }];
  });
}
