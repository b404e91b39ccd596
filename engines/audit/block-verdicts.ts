/* Which layer of an engine holds each residual block's end, and what it writes. */
import type { EngineDataType, EngineLayer } from './layer.ts';
import { isComputeLayer, isKernel } from './layer.ts';
import type { ResidualBlock } from './residual-blocks.ts';

/**
 * `fused`: one convolution layer holds convolution, Add and Relu. `weighed`: the product of the block's attention holds Add and Relu, which is the best
 * where one stands between convolution and Add. `unfused`: the Add, or the Relu behind it, is a layer of its own.
 * `unclear`: the list does not tell (an opaque block of layers, or no layer names it).
 */
export type FusionState = 'fused' | 'weighed' | 'unfused' | 'unclear';

export interface BlockVerdict {
  readonly block: string;
  /** ONNX name of the Add, where known. */
  readonly add?: string;
  readonly state: FusionState;
  /** The convolution that absorbed the Add: of a projection block either may. */
  readonly conv?: string;
  /** The layer that ends the block. */
  readonly layer?: EngineLayer;
  /** Type of the block's result. */
  readonly writes?: EngineDataType;
}

/** Whether the block ends in one kernel, as far as its parts allow. */
export function endsInOneKernel({ state }: { readonly state: FusionState }): boolean {
  return state === 'fused' || state === 'weighed';
}

/** `4 of 16 residual blocks fused, 12 weighed`. */
export function countFused(
  blocks: readonly { readonly state: FusionState }[],
  what = 'residual blocks ',
): string {
  const count = (wanted: FusionState): number =>
    blocks.filter(({ state }) => state === wanted).length;
  const weighed = count('weighed');
  const rest = weighed > 0 ? `, ${weighed} weighed in the kernel of the sum` : '';
  return `${count('fused')} of ${blocks.length} ${what}fused${rest}`;
}

const addName = /(?:^|[/_.])add(?:v2)?(?:[_.]\d+)?$/i;
const reluName = /(?:^|[/_.])relu\d*(?:[_.]\d+)?$/i;
const convName = /(?:^|[/_.])conv(?:2d|\d+)?(?:[_.]\d+)?$/i;

function writesOf(layer: EngineLayer): Pick<BlockVerdict, 'writes'> {
  const type = layer.outputs[0]?.dataType;
  return type ? { writes: type } : {};
}

function hasTwoInputs({ inputs }: EngineLayer): boolean {
  return new Set(inputs.map(({ name }) => name)).size >= 2;
}

/** Whether the layer, which holds the Add, can be where it is computed: it reads two tensors, or the list shows none. */
function mayAdd(layer: EngineLayer): boolean {
  return isKernel(layer) && (layer.inputs.length === 0 || hasTwoInputs(layer));
}

function endsWithRelu(layer: EngineLayer, relu: string | undefined): boolean {
  return relu === undefined || layer.relu === true || layer.onnxNodes.includes(relu);
}

/** Of a layer that adds but does not convolve. */
function separateState({ attention, relu }: ResidualBlock, layer: EngineLayer): FusionState {
  const holdsProduct = attention !== undefined && layer.onnxNodes.includes(attention.product);
  return holdsProduct && endsWithRelu(layer, relu) ? 'weighed' : 'unfused';
}

/** Looks the blocks of a graph up by the names in the list. */
export function judgeBlock(block: ResidualBlock, layers: readonly EngineLayer[]): BlockVerdict {
  const base = { block: block.name, add: block.add };
  const named = layers.filter(({ onnxNodes }) => onnxNodes.includes(block.add));
  const holders = named.filter(mayAdd);
  const separate = holders.find((layer) => !isComputeLayer(layer) && layer.kind !== 'opaque');
  if (separate) {
    const state = separateState(block, separate);
    return { ...base, state, layer: separate, ...writesOf(separate) };
  }
  // Without metadata the Add's name may be lost; the convolution that reads a second tensor holds it.
  const fused =
    holders.find(isComputeLayer) ??
    layers.find(
      (layer) =>
        isComputeLayer(layer) &&
        hasTwoInputs(layer) &&
        block.convs.some((conv) => layer.onnxNodes.includes(conv)),
    );
  if (!fused) {
    const [lone] = named;
    return { ...base, state: 'unclear', ...(lone ? { layer: lone } : {}) };
  }
  const conv = block.convs.find((name) => fused.onnxNodes.includes(name));
  const state = endsWithRelu(fused, block.relu) ? 'fused' : 'unfused';
  return { ...base, state, layer: fused, ...(conv ? { conv } : {}), ...writesOf(fused) };
}

function isJoin(layer: EngineLayer): boolean {
  if (!mayAdd(layer) || layer.kind === 'opaque') return false;
  const named = layer.onnxNodes.some((name) => addName.test(name));
  if (isComputeLayer(layer)) return named || hasTwoInputs(layer);
  return layer.kind !== 'none' && named;
}

/** Without a graph: every layer that adds two tensors ends a block, by its names and inputs. */
export function judgeJoins(layers: readonly EngineLayer[]): readonly BlockVerdict[] {
  return layers.filter(isJoin).map((layer) => {
    const add = layer.onnxNodes.find((name) => addName.test(name));
    const conv = layer.onnxNodes.find((name) => convName.test(name));
    const fused =
      isComputeLayer(layer) &&
      (layer.relu !== false || layer.onnxNodes.some((name) => reluName.test(name)));
    return {
      block: add ?? conv ?? layer.name,
      ...(add ? { add } : {}),
      state: fused ? 'fused' : 'unfused',
      layer,
      ...(isComputeLayer(layer) && conv ? { conv } : {}),
      ...writesOf(layer),
    };
  });
}
