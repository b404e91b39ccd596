import { fail } from '../../src/diagnostics/diagnostic.ts';
import { type InferredSpec, publishedDepthOf, type UnknownProperty } from './inferred-spec.ts';
import type { Naming } from './naming/naming.ts';
import { isIgnorable, recogniseScheme } from './naming/recognise-scheme.ts';
import {
  type BlockOutline,
  type NamedShapes,
  type NetworkOutline,
  outlineNetwork,
  UnsupportedNetwork,
} from './network-outline.ts';
import type { WeightsFile } from './weights-file.ts';

function unsupported(reason: string): never {
  throw new UnsupportedNetwork(reason);
}

function kernelsOf(shapes: readonly (readonly number[])[]): string {
  return shapes.map(([, , height, width]) => (height === width ? `${height}` : '?')).join();
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
  const kind = stemKinds[kernels];
  if (!kind) return unsupported(`its stem has convolutions of sizes ${kernels || 'unknown'}`);
  const stemWidths = stem.map(([out = 0]) => out);
  const inputs = stem.map(([, channels = 0]) => channels);
  const chained = inputs.slice(1).every((channels, index) => channels === stemWidths[index]);
  if (!chained) unsupported('the convolutions of its stem do not follow each other');
  return { stem: kind, stemWidths, inputChannels: inputs[0] ?? 0 };
}

function blockKindOf(stages: NetworkOutline['stages']): InferredSpec['block'] {
  const forms = new Set(stages.flat().map(({ layers }) => kernelsOf(layers)));
  const [form = ''] = forms;
  const kind = blockKinds[form];
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

function outputOf({ layers }: BlockOutline): number {
  return layers.at(-1)?.[0] ?? 0;
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
      if (block > 0 && outputOf(outline) !== channels) unsupported(`${where} changes the width`);
      channels = outputOf(outline);
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

interface Shortcuts {
  readonly firstShortcut: InferredSpec['firstShortcut'];
  /** Whether shapes that do not agree are projected; undefined: they agree everywhere. */
  readonly projects: boolean | undefined;
}

function checkProjection(block: BlockOutline | undefined, inputs: number, stage: number): void {
  const shape = block?.shortcut;
  if (!block || !shape) return;
  const expected = [outputOf(block), inputs, 1, 1];
  if (shape.join() !== expected.join()) {
    unsupported(`the projection of stage ${stage + 1} is [${shape.join(', ')}]`);
  }
}

function shortcutsOf(
  stages: NetworkOutline['stages'],
  stemOutputs: number,
  outputs: readonly number[],
): Shortcuts {
  const needed: boolean[] = [];
  for (const [stage, [first, ...rest]] of stages.entries()) {
    const inputs = outputs[stage - 1] ?? stemOutputs;
    checkProjection(first, inputs, stage);
    if (rest.some(({ shortcut }) => shortcut)) {
      unsupported(`stage ${stage + 1} has a projection in the middle`);
    }
    if (stage > 0 || inputs !== outputs[stage]) needed.push(first?.shortcut !== undefined);
  }
  if (new Set(needed).size > 1)
    unsupported('some of its stages begin with a projection, some do not');
  return {
    firstShortcut: stages[0]?.[0]?.shortcut ? 'projection' : 'identity',
    projects: needed[0],
  };
}

const shortcutReasons = {
  alike: 'No shape of this network needs a projection.',
  old: 'PaddleClas 2.0 named vc and vd alike: `shortcut avgpool` if it is a vd.',
} as const;

/** Kind of the shortcuts, and what is unknown about it. */
function shortcutKindOf(
  { scheme }: Naming,
  stem: InferredSpec['stem'],
  { projects }: Shortcuts,
): { shortcut: InferredSpec['shortcut']; unknown?: string } {
  if (projects === false) return { shortcut: 'pad' };
  if (projects === undefined) return { shortcut: 'projection', unknown: shortcutReasons.alike };
  if (scheme.shortcutKind) return { shortcut: scheme.shortcutKind };
  if (stem !== 'deep') return { shortcut: 'projection' };
  // Today's PaddleClas has the deep stem in its vd networks only; ResNet50_vc has kept the old names.
  if (scheme.name === 'paddleclas') return { shortcut: 'avgpool' };
  return { shortcut: 'projection', unknown: shortcutReasons.old };
}

function unknownsOf(
  block: InferredSpec['block'],
  { stem, inputChannels }: Pick<InferredSpec, 'stem' | 'inputChannels'>,
  shortcut: { shortcut: string; unknown?: string },
): UnknownProperty[] {
  const side = stem === 'conv3' ? 32 : 224;
  const preprocess = stem === 'conv3' ? '' : 'resize 256  crop 224  ';
  return [
    {
      property: 'input',
      assumed: `${inputChannels}x${side}x${side}`,
      reason: 'A convolution runs on any size; take the one that it was trained or tested with.',
    },
    {
      property: 'preprocess',
      assumed: `{ ${preprocess}mean [0.485, 0.456, 0.406]  std [0.229, 0.224, 0.225]  color rgb }`,
      reason: 'How pictures were prepared is in no weights file; these are the usual values.',
    },
    ...(block === 'bottleneck'
      ? [
          {
            property: 'stride',
            assumed: 'in conv2',
            reason: 'PaddleClas, torchvision and timm stride in the 3×3; Caffe in the first 1×1.',
          },
        ]
      : []),
    ...(shortcut.unknown
      ? [{ property: 'shortcut', assumed: shortcut.shortcut, reason: shortcut.unknown }]
      : []),
  ];
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

export function shapesOf(file: WeightsFile): NamedShapes {
  return new Map([...file.tensors].map(([name, { shape }]) => [name, shape]));
}

/**
 * The network that a weights file is for, from names and shapes. DiagnosticError where the names are unknown or where the
 * network is none that a spec can describe, with the reason.
 */
export function describeWeights(file: WeightsFile): InferredSpec {
  const shapes = shapesOf(file);
  const naming = recogniseScheme(shapes.keys());
  if (!naming) {
    return fail('weights-names-unknown', {
      file: file.name,
      examples: [...shapes.keys()].slice(0, 4),
    });
  }
  try {
    return inferSpec(shapes, naming);
  } catch (error) {
    if (!(error instanceof UnsupportedNetwork)) throw error;
    return fail('weights-network-unsupported', { file: file.name, reason: error.message });
  }
}
