import { readBlockPath } from '../../ir/block-path.ts';
import { isBeside } from './beside.ts';
import type { Body } from './find-bodies.ts';
import { isIgnorable } from './ignorable.ts';

type Shape = readonly number[];
export type Shapes = ReadonlyMap<string, { readonly shape: Shape }>;

/** What stands behind the stages. */
export interface Head {
  /** Names of the one linear layer; absent: there is none, or the file lacks it. */
  readonly weight?: string;
  readonly bias?: string;
  /** Further layers behind the stages: with them the network is another. */
  readonly surplus: readonly string[];
}

/** Words of which the names of last layers are made. */
const headWord =
  /^(\d+|f?c|fc\d*|cls\w*|class(ifier|ifiers|ification|es)?\d*|\w*classifier|heads?\d*|\w*_head|linear\d*|last_linear|logits?|output\w*|out|dense|scores?)$/i;

function partsOf(name: string): readonly string[] {
  return name.split('.');
}

/** Parts of a prefix that are looked through one by one. */
const deepest = 12;

/** Where the names that may be a head are looked for: with the body's own prefix, and with each that it begins with. */
function levelsOf(prefix: string, others: readonly string[]): readonly string[] {
  const parts = prefix.split('.').slice(0, -1).slice(0, deepest);
  const levels = parts.map((_, index) => `${parts.slice(0, index + 1).join('.')}.`).reverse();
  const above = [...levels, ''].filter((level) => level !== prefix);
  // Another network's own level is its own.
  const end = above.findIndex((level) => others.includes(level));
  return [prefix, ...(end < 0 ? above : above.slice(0, end))];
}

/** Channels that the last block puts out. */
function featuresOf({ slots }: Body, shapes: Shapes): number {
  let last: { readonly order: number; readonly features: number } | undefined;
  for (const [name, { path, role }] of slots) {
    const place = role === 'conv.weight' ? readBlockPath(path) : undefined;
    const conv = /^conv(\d+)$/.exec(place?.step ?? '')?.[1];
    if (!place || !conv) continue;
    const order = (place.stage ?? 0) * 1e8 + place.block * 1e3 + Number(conv);
    const [features = 0] = shapes.get(name)?.shape ?? [];
    if (!last || order >= last.order) last = { order, features };
  }
  return last?.features ?? 0;
}

interface Linear {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly isUsual: boolean;
}

/** The linear layer of a weight. */
function linearOf(level: string, name: string, shape: Shape, layout: 'io' | 'oi'): Linear {
  const [outputs = 0, inputs = 0] = layout === 'oi' ? shape : shape.toReversed();
  const words = partsOf(name.slice(level.length)).slice(0, -1);
  return { name, inputs, outputs, isUsual: words.every((word) => headWord.test(word)) };
}

/** What may be the head: names behind a prefix, of a body. */
interface Behind {
  readonly level: string;
  readonly names: readonly string[];
  readonly body: Body;
  readonly shapes: Shapes;
}

/** Whether a weight is of a linear layer: by its shape, or damaged as that may be, by the scheme's own name. */
function isLinear(name: string, { length }: Shape, { slots }: Body): boolean {
  return length === 2 || (length !== 4 && slots.get(name)?.role === 'linear.weight');
}

function linearsAmong({ names, level, body, shapes }: Behind): readonly Linear[] {
  return names.flatMap((name) => {
    const { shape = [] } = shapes.get(name) ?? {};
    return name.endsWith('.weight') && isLinear(name, shape, body)
      ? [linearOf(level, name, shape, body.naming.scheme.linearLayout)]
      : [];
  });
}

/** The one that is the head: the scheme's own, else one that takes what the stages give, of several one with a usual name. */
function pickLinear(linears: readonly Linear[], { body, shapes }: Behind): Linear | undefined {
  const features = featuresOf(body, shapes);
  const own = linears.find(({ name }) => body.slots.get(name)?.role === 'linear.weight');
  const fitting = linears.filter(({ inputs }) => inputs === features);
  const usual = (some: readonly Linear[]) => some.find(({ isUsual }) => isUsual);
  return own ?? usual(fitting) ?? fitting[0] ?? usual(linears);
}

function biasOf(weight: string): string {
  return weight.replace(/weight$/, 'bias');
}

/** The beginning of the names that stand in one sequence with a layer. */
function containerOf(level: string, weight: string): string {
  const parts = partsOf(weight.slice(level.length));
  return `${level}${parts.slice(0, Math.max(1, parts.length - 2)).join('.')}.`;
}

/** A batch norm over what the stages give. */
function isNorm(name: string, shape: Shape, { inputs }: Linear): boolean {
  return /\.(running_mean|_mean)$/.test(name) && shape.length === 1 && shape[0] === inputs;
}

/** Whether a linear layer takes part beside the head: behind it, or as good a head itself. */
function isSecond(linear: Linear, head: Linear): boolean {
  const isAsGood = linear.inputs === head.inputs && !head.isUsual;
  return linear.isUsual || linear.inputs === head.outputs || isAsGood;
}

/** Layers that take part beside the head's own: in the same sequence, behind it, or of a head's name. */
function surplusOf(behind: Behind, linears: readonly Linear[], head: Linear): readonly string[] {
  const { level, names, shapes } = behind;
  const own = new Set([head.name, biasOf(head.name)]);
  const container = containerOf(level, head.name);
  const others = new Map(linears.map((linear) => [linear.name, linear]));
  return names.filter((name) => {
    if (own.has(name)) return false;
    if (name.startsWith(container)) return true;
    const linear = others.get(name);
    return linear ? isSecond(linear, head) : isNorm(name, shapes.get(name)?.shape ?? [], head);
  });
}

function headAt(behind: Behind): Head | undefined {
  const linears = linearsAmong(behind);
  const head = pickLinear(linears, behind);
  if (!head) return undefined;
  const bias = biasOf(head.name);
  const surplus = surplusOf(behind, linears, head);
  return { weight: head.name, ...(behind.shapes.has(bias) ? { bias } : {}), surplus };
}

/** Convolutions that take what the stages give, where there is no linear layer. */
function convHead({ names, body, shapes }: Behind): readonly string[] {
  const features = featuresOf(body, shapes);
  return names.filter((name) => {
    const { shape = [] } = shapes.get(name) ?? {};
    return shape.length === 4 && shape[1] === features;
  });
}

/** Whether a name is of nothing but training. */
function isHelper(name: string): boolean {
  return isIgnorable(name) || isBeside(name);
}

/** A test whether a name lies in a branch of the level that holds another network. */
function inOtherBranch(level: string, others: readonly string[]): (name: string) => boolean {
  const branchOf = (name: string) => name.slice(0, name.indexOf('.', level.length) + 1);
  const branches = new Set(
    others.filter((prefix) => prefix.startsWith(level) && prefix !== level).map(branchOf),
  );
  return (name) => branches.has(branchOf(name));
}

/** What an incomplete file may have of its head. */
function biasAlone({ slots }: Body): Pick<Head, 'bias'> {
  const found = [...slots].find(([, { role }]) => role === 'linear.bias');
  return found ? { bias: found[0] } : {};
}

export interface HeadSearch {
  readonly body: Body;
  /** All tensors of the file. */
  readonly shapes: Shapes;
  /** Prefixes of other networks. */
  readonly others: readonly string[];
  /** Whether a name belongs to stem and stages. */
  inBody(name: string): boolean;
}

/**
 * The layers behind the stages, by shape and place: a linear layer under any usual name, or the only one that takes what the stages give, with the
 * body's prefix or else with the longest that they share.
 */
export function findHead({ body, shapes, others, inBody }: HeadSearch): Head {
  let convs: readonly string[] = [];
  let left = [...shapes.keys()].filter((name) => !inBody(name));
  for (const level of levelsOf(body.prefix, others)) {
    const isOther = inOtherBranch(level, others);
    const isHere = (name: string) =>
      name.startsWith(level) && !isHelper(name.slice(level.length)) && !isOther(name);
    const behind = { level, names: left.filter(isHere), body, shapes };
    const found = headAt(behind);
    if (found) return found;
    if (convs.length === 0) convs = convHead(behind);
    left = left.filter((name) => !name.startsWith(level));
  }
  return { ...biasAlone(body), surplus: convs };
}
