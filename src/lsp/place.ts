import type { Span } from '../diagnostics/source.ts';
import type { FileNode, ModelNode, PropertyNode, UseNode } from '../language/ast.ts';
import { qualifiedName } from '../language/properties.ts';

/** What stands at an offset of a file. */
export type Place =
  | { readonly kind: 'use'; readonly use: UseNode; readonly span: Span }
  /** The name of a model, or of the one that it extends. */
  | { readonly kind: 'model' | 'base'; readonly model: ModelNode; readonly span: Span }
  /** A property or a group, by full name; `span` is its name or one of its values. */
  | {
      readonly kind: 'property';
      readonly model: ModelNode;
      readonly name: string;
      readonly span: Span;
    };

/** Whether the offset lies in the span or at its end, as behind a word that was just typed. */
function isAt({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}

function propertyAt(
  properties: readonly PropertyNode[],
  offset: number,
  group?: string,
): { readonly name: string; readonly span: Span } | undefined {
  const property = properties.find(({ span }) => isAt(span, offset));
  if (!property) return undefined;
  const value = property.values.find(({ span }) => isAt(span, offset));
  const inner =
    value?.kind === 'group' ? propertyAt(value.properties, offset, property.name) : undefined;
  const span = value && value.kind !== 'group' ? value.span : property.nameSpan;
  return inner ?? { name: qualifiedName(group, property.name), span };
}

function placeInModel(model: ModelNode, offset: number): Place | undefined {
  const { name, base } = model;
  if (isAt(name.span, offset)) return { kind: 'model', model, span: name.span };
  if (base && isAt(base.span, offset)) return { kind: 'base', model, span: base.span };
  const property = propertyAt(model.properties, offset);
  return property && { kind: 'property', model, ...property };
}

export function placeAt({ uses, models }: FileNode, offset: number): Place | undefined {
  const use = uses.find(({ span }) => isAt(span, offset));
  if (use) return { kind: 'use', use, span: use.span };
  const model = models.find(({ span }) => isAt(span, offset));
  return model && placeInModel(model, offset);
}
