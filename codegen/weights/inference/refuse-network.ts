/* Why no candidate is the network in a file: what a reader can do something with, as far as the shapes tell it. */
import { attentionOf } from './attention.ts';
import {
  type BlockOutline,
  type NetworkOutline,
  outputsOf,
  projectionOf,
} from './network-outline.ts';
import { unsupported } from './unsupported-network.ts';

function kernelsOf(shapes: readonly (readonly number[])[]): string {
  return shapes
    .map(([, , height, width]) => (height && height === width ? `${height}` : '?'))
    .join();
}

const stemKernels: ReadonlySet<string> = new Set(['7', '3', '3,3,3']);
const blockKernels: ReadonlySet<string> = new Set(['3,3', '1,3,1']);

function checkStem({ stem }: NetworkOutline): void {
  const kernels = kernelsOf(stem);
  if (!stemKernels.has(kernels)) {
    unsupported(`its stem has convolutions of sizes ${kernels}`);
  }
  const chained = stem.every(([, channels], i) => i === 0 || channels === (stem[i - 1]?.[0] ?? 0));
  if (!chained) unsupported('the convolutions of its stem do not follow each other');
}

function checkBlockKinds({ stages }: NetworkOutline): void {
  const kinds = new Set(stages.flat().map(({ layers }) => kernelsOf(layers)));
  const [kind = ''] = kinds;
  if (kinds.size > 1 || !blockKernels.has(kind)) {
    unsupported(`its blocks have convolutions of sizes ${[...kinds].slice(0, 3).join(' and ')}`);
  }
}

/** Each convolution takes what the one before it gives; fewer input channels are groups. */
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

function checkTrunk({ stem, stages }: NetworkOutline): void {
  let channels = stem.at(-1)?.[0] ?? 0;
  for (const [index, blocks] of stages.entries()) {
    const width = blocks[0]?.layers[0]?.[0] ?? 0;
    for (const [block, outline] of blocks.entries()) {
      const where = `block ${block} of stage ${index + 1}`;
      checkChain(outline, channels, where);
      if (outline.layers[0]?.[0] !== width) unsupported(`${where} has another width than block 0`);
      if (block > 0 && outputsOf(outline) !== channels) unsupported(`${where} changes the width`);
      channels = outputsOf(outline);
    }
  }
}

/** Channels that come into each stage, and at last into the head. */
function stageInputs({ stem, stages }: NetworkOutline): readonly number[] {
  const outputs = stages.map((blocks) => blocks.map(outputsOf).at(-1) ?? 0);
  return [stem.at(-1)?.[0] ?? 0, ...outputs];
}

function checkProjection(block: BlockOutline | undefined, inputs: number, stage: number): void {
  const shape = block && projectionOf(block);
  if (!block || !shape) return;
  const expected = [outputsOf(block), inputs, 1, 1];
  if (shape.join() !== expected.join()) {
    unsupported(`the projection of stage ${stage + 1} is [${shape.join(', ')}]`);
  }
}

function checkShortcuts(outline: NetworkOutline): void {
  const inputs = stageInputs(outline);
  const projected = new Set<boolean>();
  for (const [stage, [first, ...rest]] of outline.stages.entries()) {
    checkProjection(first, inputs[stage] ?? 0, stage);
    if (rest.some(projectionOf)) {
      unsupported(`stage ${stage + 1} has a projection in the middle`);
    }
    const isProjected = first !== undefined && projectionOf(first) !== undefined;
    const mayBeIdentity = stage === 0 && inputs[0] === inputs[1];
    if (isProjected || !mayBeIdentity) projected.add(isProjected);
  }
  if (projected.size > 1) unsupported('some of its stages begin with a projection, some do not');
}

function checkExpansion(outline: NetworkOutline): void {
  const [, ...outputs] = stageInputs(outline);
  const widths = outline.stages.map(([first]) => first?.layers[0]?.[0] ?? 0);
  const ratios = new Set(outputs.map((output, stage) => output / (widths[stage] ?? 1)));
  const [ratio = 1] = ratios;
  if (ratios.size > 1 || !Number.isInteger(ratio)) {
    unsupported('the outputs of its stages are no fixed multiple of their widths');
  }
}

/** Attention that one block has and another has not, or whose squeezes follow no rule. */
function checkAttention(outline: NetworkOutline): void {
  const blocks = outline.stages.flat();
  const steps = blocks.map(({ others }) =>
    [...others.keys()].filter((step) => step.startsWith('attention/')).toSorted(),
  );
  const kinds = new Set(steps.map((own) => own.join()));
  if (kinds.size > 1) unsupported('some of its blocks have attention layers, some have none');
  const [[first] = []] = steps;
  if (first !== undefined && attentionOf(outline).kind === 'none')
    unsupported('the squeezes of its attention layers are no fixed part of the channels');
}

function checkHead(outline: NetworkOutline): void {
  if (!outline.headWeight) return;
  const [, features] = outline.headWeight;
  const come = stageInputs(outline).at(-1) ?? 0;
  if (features !== come)
    unsupported(`its linear layer takes ${features} features where ${come} come`);
}

const checks: readonly ((outline: NetworkOutline) => void)[] = [
  checkStem,
  checkBlockKinds,
  checkTrunk,
  checkShortcuts,
  checkExpansion,
  checkAttention,
  checkHead,
];

/** Throws UnsupportedNetwork with the first reason that holds. */
export function refuseNetwork(outline: NetworkOutline): never {
  for (const check of checks) check(outline);
  return unsupported('its layers fit together as in no network that a spec can describe');
}
