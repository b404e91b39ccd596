/* Why no candidate is the network in a file: what a reader can do something with, as far as the shapes tell it. */
import { attentionOf } from './attention.ts';
import {
  type BlockOutline,
  type NetworkOutline,
  outputsOf,
  projectionOf,
} from './network-outline.ts';
import { kindOf } from './stage-widths.ts';
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
  for (const [index, blocks] of stages.entries()) {
    const kinds = new Set(blocks.map(({ layers }) => kernelsOf(layers)));
    const [kind = ''] = kinds;
    if (kinds.size > 1 || !blockKernels.has(kind)) {
      const sizes = [...kinds].slice(0, 3).join(' and ');
      unsupported(`its blocks have convolutions of sizes ${sizes} in stage ${index + 1}`);
    }
  }
}

/** Steps of a block that stand for one convolution: its paths, parts and what weighs them. */
function pathsIn({ others }: BlockOutline): string {
  return [...others.keys()]
    .filter((step) => step.startsWith('conv'))
    .toSorted()
    .join(', ');
}

function checkPaths({ stages }: NetworkOutline): void {
  const paths = new Set(stages.flat().map(pathsIn));
  if (paths.size > 1) {
    const some = [...paths].find((steps) => steps !== '') ?? '';
    unsupported(`some of its blocks have convolutions of several paths (${some}), some have not`);
  }
}

/** Groups of a bottleneck's 3×3 convolution that takes fewer channels than come. */
function groupsOf({ layers: [outer = [], middle = []] }: BlockOutline): number {
  return (outer[0] ?? 0) / (middle[1] ?? 1);
}

/** Each convolution takes what the one before it gives; of a bottleneck's 3×3, all have the same groups. */
function checkChain(
  block: BlockOutline,
  inputs: number,
  at: { where: string; groups: number },
): void {
  const { where, groups } = at;
  let channels = inputs;
  for (const [layer, [out = 0, taken = 0]] of block.layers.entries()) {
    const isGrouped = kindOf(block) === 'bottleneck' && layer === 1;
    const own = channels / taken;
    if (own !== (isGrouped ? groups : 1)) {
      unsupported(
        Number.isInteger(own)
          ? `it has grouped convolutions (${own} groups in ${where})`
          : `a convolution of ${where} takes ${taken} channels where ${channels} come`,
      );
    }
    channels = out;
  }
}

/** Groups of all bottlenecks, as the first has them. */
function usualGroups({ stages }: NetworkOutline): number {
  const neck = stages.flat().find((block) => kindOf(block) === 'bottleneck');
  const groups = neck ? groupsOf(neck) : 1;
  return Number.isInteger(groups) ? groups : 1;
}

function checkTrunk(outline: NetworkOutline): void {
  const { stem, stages } = outline;
  let channels = stem.at(-1)?.[0] ?? 0;
  // What comes together behind several paths is no matter of one convolution's shape.
  const isWhole = stages.flat().every((block) => pathsIn(block) === '');
  const groups = usualGroups(outline);
  for (const [index, blocks] of stages.entries()) {
    const [width] = blocks[0]?.layers[0] ?? [];
    for (const [place, block] of blocks.entries()) {
      const where = `block ${place} of stage ${index + 1}`;
      if (isWhole) checkChain(block, channels, { where, groups });
      if (block.layers[0]?.[0] !== width) unsupported(`${where} has another width than block 0`);
      if (place > 0 && outputsOf(block) !== channels) unsupported(`${where} changes the width`);
      channels = outputsOf(block);
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
  const side = stage > 0 && (shape[2] ?? 0) % 2 === 1 ? shape[2] : 1;
  const expected = [outputsOf(block), inputs, side, side];
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

/** Without groups each stage puts out the same multiple of its inner channels; basic blocks their own. */
function checkExpansion({ stages }: NetworkOutline): void {
  const firsts = stages.flatMap(([first]) => first ?? []);
  const grouped = firsts.some((block) => kindOf(block) === 'bottleneck' && groupsOf(block) !== 1);
  if (grouped || firsts.some((block) => pathsIn(block) !== '')) return;
  const ratios = new Set(firsts.map((block) => outputsOf(block) / (block.layers[0]?.[0] ?? 1)));
  const basic = firsts.filter((block) => kindOf(block) === 'basic');
  const isBasicWider = basic.some((block) => outputsOf(block) !== block.layers[0]?.[0]);
  if (isBasicWider || (basic.length === 0 && ratios.size > 1)) {
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
  checkPaths,
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
