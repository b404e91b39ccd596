import type { SourceFile, Span } from '../diagnostics/source.ts';

/** A value as written; what it means is up to the property. */
export type ValueNode =
  /** A bare word (`bottleneck`), or a word of digits (`25.58M`, `3x224x224`). */
  | { readonly kind: 'word' | 'quantity'; readonly text: string; readonly span: Span }
  /** `text` is what the string says, escapes resolved. */
  | { readonly kind: 'string'; readonly text: string; readonly span: Span }
  | { readonly kind: 'list'; readonly items: readonly ValueNode[]; readonly span: Span }
  | { readonly kind: 'group'; readonly properties: readonly PropertyNode[]; readonly span: Span };

/** A property's name and everything that stands behind it. */
export interface PropertyNode {
  readonly name: string;
  readonly nameSpan: Span;
  readonly values: readonly ValueNode[];
  /** Name and values. */
  readonly span: Span;
}

export interface NameNode {
  readonly text: string;
  readonly span: Span;
}

export interface ModelNode {
  readonly name: NameNode;
  readonly base?: NameNode;
  readonly properties: readonly PropertyNode[];
  readonly span: Span;
  /** It could not be read whole: what is missing in it was perhaps written. */
  readonly broken: boolean;
}

/** `use "…"`: the path as written, and where. */
export interface UseNode {
  readonly path: string;
  readonly span: Span;
}

export interface FileNode {
  readonly file: SourceFile;
  readonly uses: readonly UseNode[];
  readonly models: readonly ModelNode[];
}
