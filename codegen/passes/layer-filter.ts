/* Names of nodes are paths: `stem/conv1`, `stage2/block0/conv3`, `head/fc`. Users pick layers by parts of them. */

/** Whether the node of that name is picked. */
export type LayerFilter = (node: string) => boolean;

/** Picks nothing. */
export const noLayer: LayerFilter = () => false;

/** The part of a network that a node belongs to: `stem`, `stage2/block0` or `head`. */
export function blockOf(node: string): string {
  const [first = '', second] = node.split('/');
  return first.startsWith('stage') && second !== undefined ? `${first}/${second}` : first;
}

function escapeLetters(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** The pattern as an expression: whole parts of a path, side by side; `*` stands for any letters of one part. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('/').map((part) => part.split('*').map(escapeLetters).join('[^/]*'));
  return new RegExp(`(?:^|/)${parts.join('/')}(?:/|$)`);
}

/** Picks nodes whose path holds a pattern: `fc`, `stage4`, `stage1/block0`, `stage*` + `/block0`, `conv2`. */
export function matchLayers(patterns: readonly string[]): LayerFilter {
  const expressions = patterns.map(expressionOf);
  return (node) => expressions.some((expression) => expression.test(node));
}

/** Picks every node of the blocks in which a node of `names` is picked: a block is never half one, half the other. */
export function matchBlocks(names: readonly string[], picked: LayerFilter): LayerFilter {
  const blocks = new Set(names.filter(picked).map(blockOf));
  return (node) => blocks.has(blockOf(node));
}
