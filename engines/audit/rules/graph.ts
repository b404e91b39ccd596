import type { AuditNode } from '../audit-graph.ts';
import {
  type AuditContext,
  type AuditFinding,
  computeNodeOf,
  createFinding,
  isComputeOp,
} from '../context.ts';
import { isComputeLayer, layerSources } from '../layer.ts';

/** Nodes that no ResNet needs once it is trained. */
const unwantedOps = new Set(['BatchNormalization', 'Identity', 'Dropout', 'Pad', 'Transpose']);

/** Whether a node between convolution and Add is what the compiler's form has there. */
function isOfForm({ list }: AuditContext, { op }: AuditNode): boolean {
  return (
    layerSources[list.source].quantizesBothOperands && /^(Quantize|Dequantize)Linear$/.test(op)
  );
}

/** What the graph holds that a compiler has to undo, whether or not this one did. */
export function findUnwantedNodes(context: AuditContext): readonly AuditFinding[] {
  const places = new Map<string, string>();
  for (const { node, place } of context.blocks.flatMap(({ breaches }) => breaches)) {
    if (!isOfForm(context, node)) places.set(node.name, `between ${place}`);
  }
  const nodes = context.index?.graph.nodes ?? [];
  // ECA's convolution runs along the channels, between two transpositions.
  const weights = new Set(context.blocks.flatMap(({ attention }) => attention?.weights ?? []));
  return nodes
    .filter(({ name, op }) => places.has(name) || (unwantedOps.has(op) && !weights.has(name)))
    .map(({ name, op }) => {
      const place = places.get(name) ?? 'in the graph';
      return createFinding(
        context,
        'audit-unwanted-node',
        { node: name, op, place },
        { node: name },
      );
    });
}

export function findSecondReaders(context: AuditContext): readonly AuditFinding[] {
  return context.blocks.flatMap(({ secondReaders }) =>
    secondReaders.map(({ value, reader }) => {
      const node = context.index?.producer(value)?.name;
      return createFinding(context, 'audit-second-reader', { value, reader }, { node });
    }),
  );
}

/** Every convolution and matrix product of the graph must be in a layer that computes it. */
export function findMissingNodes(context: AuditContext): readonly AuditFinding[] {
  const { index, layers } = context;
  if (!index || layers.some(({ kind }) => kind === 'opaque')) return [];
  // An engine that was told to say nothing gives its layers numbers.
  if (layers.every(({ name }) => /^\d+$/.test(name))) return [];
  const wanted = index.graph.nodes.filter(({ op }) => isComputeOp(op));
  const named = new Set(layers.filter(isComputeLayer).flatMap(({ onnxNodes }) => onnxNodes));
  // OpenVINO calls the last layer by what it makes.
  const isNamed = (name: string, outputs: readonly string[]) =>
    named.has(name) || outputs.some((output) => named.has(output));
  const missing = wanted.filter(({ name, outputs }) => !isNamed(name, outputs));
  if (missing.length > wanted.length / 2) {
    const counts = { missing: missing.length, of: wanted.length };
    return [createFinding(context, 'audit-wrong-model', counts)];
  }
  return missing.map(({ name, op }) =>
    createFinding(context, 'audit-node-missing', { node: name, op }, { node: name }),
  );
}

/** What the list itself cannot show. */
export function findListLimits(context: AuditContext): readonly AuditFinding[] {
  const { list, layers } = context;
  return [
    ...(list.complete ? [] : [createFinding(context, 'audit-list-incomplete', {})]),
    ...(list.detailed ? [] : [createFinding(context, 'audit-names-only', {})]),
    ...layers
      .filter(({ kind }) => kind === 'opaque')
      .map((layer) =>
        createFinding(
          context,
          'audit-opaque-layer',
          { layer: layer.name },
          { node: computeNodeOf(context, layer), layer },
        ),
      ),
  ];
}
