import { type Hover, MarkupKind } from 'vscode-languageserver';
import { formatCount } from '../../compile/trained-network.ts';
import type { ModelNode } from '../../language/ast.ts';
import { propertiesOf } from '../../language/draft.ts';
import { findModel } from '../../language/loaded-file.ts';
import { printFields, printValue } from '../../language/print.ts';
import { isGroupName, isProperty } from '../../language/properties.ts';
import { resolvePath } from '../../language/resolve.ts';
import type { Spec } from '../../language/spec.ts';
import type { Analysis } from '../analysis.ts';
import type { NetworkFacts } from '../network-facts.ts';
import { type Place, placeAt } from '../place.ts';
import { rangeOf } from '../positions.ts';
import { pageOf } from '../property-page.ts';
import { typeOf } from '../words-after.ts';
import type { Workspace } from '../workspace.ts';

/** `25.58M params, 4.33G MACs`. */
export function costText({ cost }: NetworkFacts): string {
  return `${formatCount(cost.params)} params, ${formatCount(cost.macs)} MACs`;
}

/** What each part puts out for one picture, and what it costs. */
function partsTable({ parts }: NetworkFacts, { stages }: Spec): string {
  const rows = parts.map(({ name, shape, params, macs }) => {
    const blocks = stages[Number(/^stage(\d+)$/.exec(name)?.[1] ?? 0) - 1] ?? '';
    return `| ${name} | ${blocks} | ${shape.join('×')} | ${formatCount(params)} | ${formatCount(macs)} |`;
  });
  return ['| part | blocks | output | params | MACs |', '|:--|--:|--:|--:|--:|', ...rows].join(
    '\n',
  );
}

function networkText(spec: Spec, workspace: Workspace, withParts: boolean): string {
  const facts = workspace.networks.factsOf(spec);
  const { channels, height, width } = spec.input;
  const head = `**${spec.name}**: ${costText(facts)}, ${formatCount(facts.cost.flops)} FLOPs at ${channels}×${height}×${width}`;
  return withParts ? `${head}\n\n${partsTable(facts, spec)}` : head;
}

/** The value that holds in a network, given or by default. */
function valueText(name: string, spec: Spec): string | undefined {
  const values = propertiesOf(spec);
  if (isGroupName(name)) return `${name} { ${printFields(values, name).join('  ')} }`;
  const value = isProperty(name) ? printValue(values, name) : undefined;
  return value === undefined ? undefined : `${name.replace(/^.*\./, '')} ${value}`;
}

/** Properties of the network itself, and not of the pictures, figures and files around it. */
function shapesNetwork(name: string): boolean {
  return isProperty(name) && !name.includes('.') && !typeOf(name).files;
}

function propertyText(
  name: string,
  spec: Spec | undefined,
  workspace: Workspace,
): string | undefined {
  const page = pageOf(name);
  if (page === undefined || !spec) return page;
  const value = valueText(name, spec);
  const here = value === undefined ? [] : [`Here: \`${value}\``];
  const network = networkText(spec, workspace, shapesNetwork(name));
  return [page, '---', ...here, network].join('\n\n');
}

function modelText(
  model: ModelNode | undefined,
  { specs }: Analysis,
  workspace: Workspace,
): string | undefined {
  const spec = model && specs.get(model);
  return spec && networkText(spec, workspace, true);
}

function textOf(place: Place, analysis: Analysis, workspace: Workspace): string | undefined {
  const { file, specs } = analysis;
  switch (place.kind) {
    case 'use': {
      const path = resolvePath(file.path, place.use.path);
      const used = file.uses.find(({ span }) => span.start === place.span.start)?.file;
      const names = used?.tree.models.map(({ name }) => `- ${name.text}`) ?? [];
      return used && [`\`${path}\``, names.join('\n')].join('\n\n');
    }
    case 'model':
      return modelText(place.model, analysis, workspace);
    case 'base':
      return modelText(findModel(file, place.model.base?.text ?? ''), analysis, workspace);
    case 'property':
      return propertyText(place.name, specs.get(place.model), workspace);
  }
}

/** What a property means, with what `rcc explain` says of it, and the network that it is a part of. */
export function hoverAt(
  analysis: Analysis,
  offset: number,
  workspace: Workspace,
): Hover | undefined {
  const place = placeAt(analysis.file.tree, offset);
  const value = place && textOf(place, analysis, workspace);
  if (!place || value === undefined) return undefined;
  return { contents: { kind: MarkupKind.Markdown, value }, range: rangeOf(place.span) };
}
