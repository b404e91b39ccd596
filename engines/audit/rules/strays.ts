import {
  type AuditContext,
  type AuditFinding,
  computeNodeOf,
  createFinding,
  nodeOf,
  shareOf,
} from '../context.ts';
import { type EngineLayer, isComputeLayer, type LayerKind } from '../layer.ts';
import { channelMultiple } from '../tensor-format.ts';

/** Kinds that serve the network's own layers. */
const servingKinds: ReadonlySet<LayerKind> = new Set([
  'reformat',
  'quantize',
  'pointwise',
  'padding',
  'shuffle',
]);

type Side = 'network’s input' | 'network’s output';

/** Kinds that only bring the network's input into the form it is computed in, one behind another: pixels are laid out, then quantised. */
const enteringKinds: ReadonlySet<LayerKind> = new Set([
  'reformat',
  'quantize',
  'shuffle',
  'padding',
  'none',
]);

/** Tensors that are the network's input in another form. */
function enteringTensors({ bindings, layers }: AuditContext): ReadonlySet<string> {
  const entering = new Set<string>();
  for (const { kind, inputs, outputs } of layers) {
    const reads = inputs.some(({ name }) => bindings.has(name) || entering.has(name));
    if (!reads || !enteringKinds.has(kind)) continue;
    for (const { name } of outputs) entering.add(name);
  }
  return entering;
}

/** At which end of the network a layer stands; by position where the list shows no tensors. */
function sideOf(
  context: AuditContext,
  layer: EngineLayer,
  entering: ReadonlySet<string>,
): Side | undefined {
  const { bindings, kernels } = context;
  // Zeros around the picture are the model's own, and no form of its input.
  if (layer.kind === 'padding') return undefined;
  if (layer.inputs.some(({ name }) => bindings.has(name) || entering.has(name)))
    return 'network’s input';
  if (layer.outputs.some(({ name }) => bindings.has(name))) return 'network’s output';
  if (context.list.detailed && bindings.size > 0) return undefined;
  if (layer === kernels[0]) return 'network’s input';
  return layer === kernels.at(-1) ? 'network’s output' : undefined;
}

/** What a network computes or arranges that no convolution's kernel takes in. */
const ownOps: ReadonlySet<string> = new Set([
  'Mul',
  'Sub',
  'Sigmoid',
  'Slice',
  'Split',
  'Concat',
  'Softmax',
  'InstanceNormalization',
]);

/** The node that a layer is there for, where the network itself asks for it: no Add of a residual block is. */
function ownNodeOf({ index, blocks }: AuditContext, layer: EngineLayer): string | undefined {
  const residual = new Set(blocks.map(({ add }) => add));
  return layer.onnxNodes.find((name) => {
    const op = index?.nodes.get(name)?.op ?? '';
    return ownOps.has(op) || (op === 'Add' && !residual.has(name));
  });
}

/** Kernels that only convert, pad, quantise or add up. */
export function findStrays(context: AuditContext): readonly AuditFinding[] {
  const reported = new Set(
    context.verdicts.filter(({ state }) => state !== 'fused').map(({ layer }) => layer),
  );
  const entering = enteringTensors(context);
  return context.layers
    .filter((layer) => servingKinds.has(layer.kind) && !reported.has(layer))
    .map((layer) => {
      const side = sideOf(context, layer, entering);
      const place = { node: nodeOf(context, layer), layer };
      const facts = { layer: layer.name, kind: layer.kind, ...shareOf(context, layer) };
      if (side) return createFinding(context, 'audit-edge-layer', { ...facts, side }, place);
      const own = ownNodeOf(context, layer);
      return own === undefined
        ? createFinding(context, 'audit-stray-layer', facts, place)
        : createFinding(context, 'audit-network-layer', { ...facts, node: own }, place);
    });
}

/** Channels given and stored of a layer that reads a padded tensor. */
function paddingOf(layer: EngineLayer): readonly [number, number] | undefined {
  const [input] = layer.inputs;
  const channels = input?.shape?.[1];
  if (!channels || channels < 0 || input.shape?.length !== 4) return undefined;
  const multiple = channelMultiple(input.format);
  const stored = Math.ceil(channels / multiple) * multiple;
  return stored === channels ? undefined : [channels, stored];
}

/** A reformat that writes more channels than it reads: generated kernels pad the tensor itself. */
function widening(layer: EngineLayer): readonly [number, number] | undefined {
  const from = layer.inputs[0]?.shape;
  const to = layer.outputs[0]?.shape;
  if (from?.length !== 4 || to?.length !== 4 || isComputeLayer(layer)) return undefined;
  const [read, written] = [from[1] ?? 0, to[1] ?? 0];
  const sameMap = from[2] === to[2] && from[3] === to[3];
  return sameMap && read > 0 && written > read ? [read, written] : undefined;
}

export function findPaddedChannels(context: AuditContext): readonly AuditFinding[] {
  return context.kernels.flatMap((layer) => {
    const padded = isComputeLayer(layer) ? paddingOf(layer) : widening(layer);
    if (!padded) return [];
    const node = computeNodeOf(context, layer) ?? nodeOf(context, layer);
    const [channels, stored] = padded;
    return [
      createFinding(
        context,
        'audit-padded-channels',
        { layer: node ?? layer.name, channels, stored },
        { node, layer },
      ),
    ];
  });
}
