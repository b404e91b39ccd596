import type { Head } from '../../../src/language/spec.ts';
import { readBlockPath } from '../../ir/block-path.ts';
import type { NamedParameter } from './named-shapes.ts';
import { unsupported } from './unsupported-network.ts';

export interface BlockOutline {
  /** Shapes [out, in, kh, kw] of the main branch, in order. */
  readonly layers: readonly (readonly number[])[];
  /** Shapes of all others, by their step: `shortcut`, `attention/reduce`. */
  readonly others: ReadonlyMap<string, readonly number[]>;
}

/** Convolutions by place: what a file's names say before shapes are understood. */
export interface NetworkOutline {
  readonly stem: readonly (readonly number[])[];
  /** Of the convolution in the pool's place. */
  readonly stemPool: readonly number[] | undefined;
  readonly stages: readonly (readonly BlockOutline[])[];
  readonly head: Head;
  /** [classes, features]; undefined: the head tells no classes. */
  readonly headWeight: readonly [number, number] | undefined;
}

/** Beyond it lies no block, but a file that would make a list of holes. */
const mostLayers = 8;

interface BlockDraft {
  readonly stage: number | undefined;
  readonly block: number;
  readonly layers: (readonly number[])[];
  readonly others: Map<string, readonly number[]>;
}

/** The list without holes, which `unsupported` names. */
function dense<T>(items: readonly (T | undefined)[], what: string): T[] {
  return Array.from(items, (item, index) => item ?? unsupported(`${what} ${index} is missing`));
}

/** Place of a convolution in its row, from 0; undefined where the step's name has no number. */
function numberOf(step: string): number | undefined {
  const found = /^conv(\d+)$/.exec(step);
  return found ? Number(found[1]) - 1 : undefined;
}

function draftBlocks(parameters: readonly NamedParameter[]): BlockDraft[] {
  const drafts = new Map<string, BlockDraft>();
  for (const { path, role, shape } of parameters) {
    const place = readBlockPath(path);
    if (!place || role !== 'conv.weight') continue;
    const { stage, block, step } = place;
    const layer = numberOf(step);
    const key = `${stage}/${block}`;
    const draft = drafts.get(key) ?? { stage, block, layers: [], others: new Map() };
    drafts.set(key, draft);
    if (layer === undefined) draft.others.set(step, shape);
    else if (layer < mostLayers) draft.layers[layer] = shape;
    else unsupported(`block ${block} has a layer ${layer}`);
  }
  return [...drafts.values()].sort((a, b) => (a.stage ?? 0) - (b.stage ?? 0) || a.block - b.block);
}

/** Shape of a block's projection; undefined: it has none. */
export function projectionOf({ others }: BlockOutline): readonly number[] | undefined {
  return others.get('shortcut');
}

/** Channels that a block puts out. */
export function outputsOf({ layers }: BlockOutline): number {
  return layers.at(-1)?.[0] ?? 0;
}

/** Blocks that are counted through: a projection or another width begins a stage. */
function splitStages(blocks: readonly BlockOutline[]): BlockOutline[][] {
  const stages: BlockOutline[][] = [];
  let previous: BlockOutline | undefined;
  for (const block of blocks) {
    const begins = !previous || projectionOf(block) || outputsOf(block) !== outputsOf(previous);
    if (begins) stages.push([block]);
    else stages.at(-1)?.push(block);
    previous = block;
  }
  return stages;
}

/** The first path of a convolution that is several stands for it. */
function withPaths({ layers, others }: BlockDraft): BlockDraft['layers'] {
  const whole = [...layers];
  for (const [step, shape] of others) {
    const layer = numberOf(/^(conv\d+)\/(?:part|path)0$/.exec(step)?.[1] ?? '');
    if (layer !== undefined && layer < mostLayers) whole[layer] ??= shape;
  }
  return whole;
}

function outlineOf(draft: BlockDraft): BlockOutline {
  const layers = dense(withPaths(draft), `block ${draft.block}: layer`);
  return { layers, others: draft.others };
}

/** Drafts of a scheme that names stages: every stage and every block of it must be there. */
function groupStages(drafts: readonly BlockDraft[]): BlockOutline[][] {
  const stages: BlockOutline[][] = [];
  for (const draft of drafts) {
    const stage = (draft.stage ?? 1) - 1;
    const blocks = stage === stages.length ? [] : stages[stage];
    if (draft.block !== blocks?.length) {
      return unsupported(`blocks before block ${draft.block} of stage ${stage + 1} are missing`);
    }
    stages[stage] = blocks;
    blocks.push(outlineOf(draft));
  }
  return stages;
}

function stagesOf(drafts: readonly BlockDraft[]): BlockOutline[][] {
  if (drafts.length === 0) return unsupported('it has no blocks');
  if (drafts.some(({ stage }) => stage !== undefined)) return groupStages(drafts);
  const missing = drafts.findIndex(({ block }, index) => block !== index);
  if (missing >= 0) return unsupported(`block ${missing} is missing`);
  return splitStages(drafts.map(outlineOf));
}

function headWeightOf(
  parameters: readonly NamedParameter[],
  layout: 'io' | 'oi',
): NetworkOutline['headWeight'] {
  const weight = parameters.find(({ role }) => role === 'linear.weight')?.shape;
  if (!weight) return undefined;
  const [first = 0, second = 0] = weight;
  return layout === 'io' ? [second, first] : [first, second];
}

/** A file without a linear layer is a backbone's, or one of embeddings. */
function headOf(parameters: readonly NamedParameter[]): Head {
  if (parameters.some(({ role }) => role.startsWith('linear.'))) return 'logits';
  const neck = parameters.filter(({ path }) => path.startsWith('head/embedding'));
  if (neck.length === 0) return 'features';
  const weight = neck.find(({ role }) => role === 'conv.weight');
  return { kind: 'embedding', ...(weight ? { size: weight.shape[0] ?? 0 } : {}) };
}

/** Orders the convolutions of a state dict by place; throws UnsupportedNetwork where a layer is out of place. */
export function outlineNetwork(
  parameters: readonly NamedParameter[],
  linearLayout: 'io' | 'oi',
): NetworkOutline {
  const stem: (readonly number[])[] = [];
  let stemPool: readonly number[] | undefined;
  for (const { path, role, shape } of parameters) {
    const [part, step = ''] = path.split('/');
    if (part !== 'stem' || role !== 'conv.weight') continue;
    if (step === 'pool') stemPool = shape;
    else stem[numberOf(step) ?? 0] = shape;
  }
  const headWeight = headWeightOf(parameters, linearLayout);
  if (stem.length === 0) unsupported('it has no stem');
  return {
    stem: dense(stem, 'stem convolution'),
    stemPool,
    stages: stagesOf(draftBlocks(parameters)),
    head: headOf(parameters),
    headWeight,
  };
}
