import type { NamedParameter, Naming } from './naming/naming.ts';
import { isIgnorable } from './naming/recognise-scheme.ts';

/** Names and shapes of a state dict: all that the architecture is inferred from. */
export type NamedShapes = ReadonlyMap<string, readonly number[]>;

/** Why names and shapes are no network that a spec can describe; a sentence's end, no mistake of the reader. */
export class UnsupportedNetwork extends Error {
  override readonly name = 'UnsupportedNetwork';
}

export interface BlockOutline {
  /** Shapes [out, in, kh, kw] of the main branch, in order. */
  readonly layers: readonly (readonly number[])[];
  readonly shortcut?: readonly number[];
}

/** Convolutions by place: what a file's names say before shapes are understood. */
export interface NetworkOutline {
  readonly stem: readonly (readonly number[])[];
  readonly stages: readonly (readonly BlockOutline[])[];
  readonly headWeight: readonly number[];
}

/** Parts of names that other families of networks have. */
const families: readonly (readonly [RegExp, string])[] = [
  [/\.se\.conv\./, 'it has efficient channel attention (ECA)'],
  [/\.(se|fca|se_module)\./, 'it has squeeze-and-excitation blocks'],
  [/\.(convs|bns)\.\d+\./, 'it is a Res2Net: its 3×3 convolutions are split'],
  [/\.(attn|attention|blocks\.\d+\.mlp)\./, 'it has attention layers'],
  [/\.conv1_rep|rbr_/, 'it is a RepVGG-like network'],
  [/^(fc|linear|head|out)\.\d+\./, 'its head has more than one layer'],
  [/conv[123]\.bias$/, 'its convolutions have a bias'],
];

export function unsupported(reason: string): never {
  throw new UnsupportedNetwork(reason);
}

function parseAll(shapes: NamedShapes, { parse }: Naming): Map<NamedParameter, readonly number[]> {
  const parsed = new Map<NamedParameter, readonly number[]>();
  for (const [name, shape] of shapes) {
    if (isIgnorable(name)) continue;
    const parameter = parse(name);
    if (!parameter) {
      const family = families.find(([pattern]) => pattern.test(name))?.[1];
      return unsupported(family ?? `'${name}' belongs to no network that a spec can describe`);
    }
    parsed.set(parameter, shape);
  }
  return parsed;
}

interface BlockDraft {
  readonly stage: number | undefined;
  readonly block: number;
  readonly layers: (readonly number[])[];
  shortcut?: readonly number[];
}

/** The list without holes, which `unsupported` names. */
function dense<T>(items: readonly (T | undefined)[], what: string): T[] {
  return Array.from(items, (item, index) => item ?? unsupported(`${what} ${index} is missing`));
}

function draftBlocks(parsed: ReadonlyMap<NamedParameter, readonly number[]>): BlockDraft[] {
  const drafts = new Map<string, BlockDraft>();
  for (const [{ place, role }, shape] of parsed) {
    if (place.kind !== 'block' || role !== 'conv.weight') continue;
    const { stage, block = 0, layer = 0, isShortcut } = place;
    const key = `${stage}/${block}`;
    const draft = drafts.get(key) ?? { stage, block, layers: [] };
    drafts.set(key, draft);
    if (isShortcut) draft.shortcut = shape;
    else if (layer < 8) draft.layers[layer] = shape;
    else unsupported(`block ${block} has a layer ${layer}`);
  }
  return [...drafts.values()].sort((a, b) => (a.stage ?? 0) - (b.stage ?? 0) || a.block - b.block);
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
    const begins = !previous || block.shortcut || outputsOf(block) !== outputsOf(previous);
    if (begins) stages.push([block]);
    else stages.at(-1)?.push(block);
    previous = block;
  }
  return stages;
}

function outlineOf(draft: BlockDraft): BlockOutline {
  const layers = dense(draft.layers, `block ${draft.block}: layer`);
  return { layers, ...(draft.shortcut ? { shortcut: draft.shortcut } : {}) };
}

/** Drafts of a scheme that names stages: every stage and every block of it must be there. */
function groupStages(drafts: readonly BlockDraft[]): BlockOutline[][] {
  const stages: BlockOutline[][] = [];
  for (const draft of drafts) {
    const stage = draft.stage ?? 0;
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

/** Orders the convolutions of a state dict by place; throws UnsupportedNetwork where a name or a layer is out of place. */
export function outlineNetwork(shapes: NamedShapes, naming: Naming): NetworkOutline {
  const parsed = parseAll(shapes, naming);
  const stem: (readonly number[])[] = [];
  const head = new Map<string, readonly number[]>();
  for (const [{ place, role }, shape] of parsed) {
    if (place.kind === 'stem' && role === 'conv.weight') stem[place.index] = shape;
    if (place.kind === 'head') head.set(role, shape);
  }
  const headWeight = head.get('linear.weight');
  if (!headWeight)
    return unsupported('it has no linear layer, so the number of classes is unknown');
  if (!head.has('linear.bias')) unsupported('its linear layer has no bias');
  if (stem.length === 0) unsupported('it has no stem');
  return {
    stem: dense(stem, 'stem convolution'),
    stages: stagesOf(draftBlocks(parsed)),
    headWeight,
  };
}
