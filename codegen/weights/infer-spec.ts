import { ownValue } from '../../src/collections/own-value.ts';
import { shortcutKindOf, shortcutsOf } from './infer-shortcuts.ts';
import { type InferredSpec, publishedDepthOf } from './inferred-spec.ts';
import type { Naming } from './naming/naming.ts';
import { isIgnorable } from './naming/recognise-scheme.ts';
import {
  type BlockOutline,
  type NamedShapes,
  type NetworkOutline,
  outlineNetwork,
  outputsOf,
  unsupported,
} from './network-outline.ts';
import { unknownsOf } from './unknown-properties.ts';

function kernelsOf(shapes: readonly (readonly number[])[]): string {
  return shapes
    .map(([, , height, width]) => (height && height === width ? `${height}` : '?'))
    .join();
}

/** Kernels of a stem's convolutions to its kind. */
const stemKinds: Readonly<Record<string, InferredSpec['stem']>> = {
  '7': 'conv7',
  '3': 'conv3',
  '3,3,3': 'deep',
};

const blockKinds: Readonly<Record<string, InferredSpec['block']>> = {
  '3,3': 'basic',
  '1,3,1': 'bottleneck',
};

function stemOf({
  stem,
}: NetworkOutline): Pick<InferredSpec, 'stem' | 'stemWidths' | 'inputChannels'> {
  const kernels = kernelsOf(stem);
  const kind = ownValue(stemKinds, kernels);
  if (!kind) return unsupported(`its stem has convolutions of sizes ${kernels}`);
  const stemWidths = stem.map(([out = 0]) => out);
  const inputs = stem.map(([, channels = 0]) => channels);
  const chained = inputs.slice(1).every((channels, index) => channels === stemWidths[index]);
  if (!chained) unsupported('the convolutions of its stem do not follow each other');
  return { stem: kind, stemWidths, inputChannels: inputs[0] ?? 0 };
}

function blockKindOf(stages: NetworkOutline['stages']): InferredSpec['block'] {
  const forms = new Set(stages.flat().map(({ layers }) => kernelsOf(layers)));
  const [form = ''] = forms;
  const kind = ownValue(blockKinds, form);
  if (forms.size === 1 && kind) return kind;
  return unsupported(
    `its blocks have convolutions of sizes ${[...forms].slice(0, 3).join(' and ')}`,
  );
}

/** Checks that each convolution takes what the one before it gives; fewer input channels are groups. */
function checkChain({ layers }: BlockOutline, inputs: number, where: string): void {
  let channels = inputs;
  for (const [out = 0, taken = 0] of layers) {
    if (taken !== channels) {
      const groups = channels / taken;
      unsupported(
        Number.isInteger(groups)
          ? `it has grouped convolutions (${groups} groups in ${where})`
          : `a convolution of ${where} takes ${taken} channels where ${channels} come`,
      );
    }
    channels = out;
  }
}

interface Trunk {
  readonly widths: readonly number[];
  readonly outputs: readonly number[];
}

function trunkOf(stages: NetworkOutline['stages'], stemOutputs: number): Trunk {
  const widths: number[] = [];
  const outputs: number[] = [];
  let channels = stemOutputs;
  for (const [index, blocks] of stages.entries()) {
    const width = blocks[0]?.layers[0]?.[0] ?? 0;
    for (const [block, outline] of blocks.entries()) {
      const where = `block ${block} of stage ${index + 1}`;
      checkChain(outline, channels, where);
      if (outline.layers[0]?.[0] !== width) unsupported(`${where} has another width than block 0`);
      if (block > 0 && outputsOf(outline) !== channels) unsupported(`${where} changes the width`);
      channels = outputsOf(outline);
    }
    widths.push(width);
    outputs.push(channels);
  }
  return { widths, outputs };
}

function expansionOf({ widths, outputs }: Trunk): number {
  const ratios = new Set(outputs.map((output, stage) => output / (widths[stage] ?? 1)));
  const [ratio = 1] = ratios;
  if (ratios.size === 1 && Number.isInteger(ratio)) return ratio;
  return unsupported('the outputs of its stages are no fixed multiple of their widths');
}

const runningStatistics = /\.(running_mean|running_var|_mean|_variance)$/;

function countParameters(shapes: NamedShapes): number {
  let count = 0;
  for (const [name, shape] of shapes) {
    if (isIgnorable(name) || runningStatistics.test(name)) continue;
    count += shape.reduce((product, size) => product * size, 1);
  }
  return count;
}

function classesOf(naming: Naming, weight: readonly number[], features: number): number {
  const [first = 0, second = 0] = weight;
  const [inputs, classes] = naming.scheme.linearLayout === 'io' ? [first, second] : [second, first];
  if (inputs === features) return classes;
  return unsupported(`its linear layer takes ${inputs} features where ${features} come`);
}

/** The architecture behind names and shapes; throws UnsupportedNetwork where no spec can describe it. */
export function inferSpec(shapes: NamedShapes, naming: Naming): InferredSpec {
  const outline = outlineNetwork(shapes, naming);
  const stem = stemOf(outline);
  const block = blockKindOf(outline.stages);
  const stemOutputs = stem.stemWidths.at(-1) ?? 0;
  const trunk = trunkOf(outline.stages, stemOutputs);
  const shortcuts = shortcutsOf(outline.stages, stemOutputs, trunk.outputs);
  const kind = shortcutKindOf(naming, stem.stem, shortcuts);
  const stages = outline.stages.map((blocks) => blocks.length);
  const depth = publishedDepthOf(block, stages);
  return {
    scheme: naming.scheme.name,
    ...(depth === undefined ? {} : { depth }),
    block,
    ...stem,
    shortcut: kind.shortcut,
    firstShortcut: shortcuts.firstShortcut,
    stages,
    widths: trunk.widths,
    expansion: expansionOf(trunk),
    classes: classesOf(naming, outline.headWeight, trunk.outputs.at(-1) ?? 0),
    paramCount: countParameters(shapes),
    unknowns: unknownsOf(block, stem, kind),
  };
}
