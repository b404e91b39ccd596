/*
 * ONNX node names of a layer. TensorRT joins names of what it fused (`a + b`, siblings `a || b`); from 8.6 on Metadata holds
 * `[ONNX Layer: a]` once a node, separated by \x1e, \x1f, words of the compiler or nothing.
 */

/** Names in a layer's Metadata. */
export function nodesOfMetadata(metadata: string): readonly string[] {
  const parts = metadata.split('[ONNX Layer: ').slice(1);
  // A name may hold brackets of its own; separators and remarks of the compiler stand behind the last one.
  return parts.flatMap((part) => {
    const end = part.lastIndexOf(']');
    return end > 0 ? [part.slice(0, end)] : [];
  });
}

const reformatPrefix = /^Reformatting CopyNode for (?:Input|Output) Tensor \d+ to /;
const madeByEngine =
  /^(?:reshape_after_|copied_squeeze_after_|unsqueeze_node_after_|squeeze_after_)/;

/** Names in `PWN(PWN(a), PWN(b))` and `fusedPointwiseNode(a, b)`. */
function unwrapPointwise(part: string): readonly string[] {
  if (!/^(?:PWN|fusedPointwiseNode)\(/.test(part)) return [part];
  return part
    .split(/(?:PWN|fusedPointwiseNode)\(|[(),]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Names that a layer's own name is made of; a reformat's are those of the layer that it serves. */
export function nodesOfName(name: string): readonly string[] {
  if (name.startsWith('__my')) return [];
  const foreign = /\{ForeignNode\[([^\]]*)\]\}/.exec(name)?.[1];
  if (foreign !== undefined) return foreign.split('...').filter((part) => part !== '');
  return name
    .replace(reformatPrefix, '')
    .split(/ \+ | \|\| /)
    .flatMap(unwrapPointwise)
    .map((part) => part.replace(madeByEngine, '').trim())
    .filter((part) => part !== '' && !part.startsWith('(Unnamed Layer'));
}
