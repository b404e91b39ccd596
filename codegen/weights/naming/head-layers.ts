import { readBlockPath } from '../../ir/block-path.ts';
import { familyBehind } from '../inference/families.ts';
import { isBeside } from './beside.ts';
import type { Body } from './find-bodies.ts';

type Shape = readonly number[];
export type Shapes = ReadonlyMap<string, { readonly shape: Shape }>;

/** Words of which the names of last layers are made. */
const headWord =
  /^(\d+|f?c|fc\d*|cls\w*|class(ifier|ifiers|ification|es)?\d*|\w*classifier|heads?\d*|\w*_head|linear\d*|last_linear|logits?|output\w*|out|dense|scores?)$/i;

function partsOf(name: string): readonly string[] {
  return name.split('.');
}

/** Channels that the last block puts out. */
export function featuresOf({ slots }: Body, shapes: Shapes): number {
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

export interface Linear {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly isUsual: boolean;
  /** Whether the scheme itself calls the head so. */
  readonly isOwn: boolean;
  /** The beginning of the names that stand in one sequence with it. */
  readonly container: string;
}

/** The beginning of the names that stand in one sequence with a layer. */
function containerOf(level: string, weight: string): string {
  const parts = partsOf(weight.slice(level.length));
  return `${level}${parts.slice(0, Math.max(1, parts.length - 2)).join('.')}.`;
}

/** Names behind the stages of a body that begin alike. */
export interface Behind {
  readonly level: string;
  readonly names: readonly string[];
}

/** A body, and what the layers behind it are judged by. */
export interface Stages {
  readonly body: Body;
  readonly shapes: Shapes;
  readonly features: number;
}

function linearOf(level: string, name: string, shape: Shape, { slots, naming }: Body): Linear {
  const [outputs = 0, inputs = 0] =
    naming.scheme.linearLayout === 'oi' ? shape : shape.toReversed();
  const words = partsOf(name.slice(level.length)).slice(0, -1);
  const isUsual = words.every((word) => headWord.test(word));
  const isOwn = slots.get(name)?.role === 'linear.weight';
  return { name, inputs, outputs, isUsual, isOwn, container: containerOf(level, name) };
}

/** Whether a weight is of a linear layer: by its shape, or damaged as that may be, by the scheme's own name. */
function isLinear(name: string, { length }: Shape, { slots }: Body): boolean {
  return length === 2 || (length !== 4 && slots.get(name)?.role === 'linear.weight');
}

/** The linear layers behind the stages. */
export function linearsAmong(
  { names, level }: Behind,
  { body, shapes }: Stages,
): readonly Linear[] {
  return names.flatMap((name) => {
    const { shape = [] } = shapes.get(name) ?? {};
    const isOne = name.endsWith('.weight') && isLinear(name, shape, body);
    return isOne ? [linearOf(level, name, shape, body)] : [];
  });
}

/** The one that is the head: the scheme's own, else one that takes what the stages give, of several one with a usual name. */
function pickAmong(linears: readonly Linear[], features: number): Linear | undefined {
  const fitting = linears.filter(({ inputs }) => inputs === features);
  const usual = (some: readonly Linear[]) => some.find(({ isUsual }) => isUsual);
  return linears.find(({ isOwn }) => isOwn) ?? usual(fitting) ?? fitting[0] ?? usual(linears);
}

/** The head among layers that are nearest first; one of a name that training has too where nothing else is there. */
export function pickHead(linears: readonly Linear[], features: number): Linear | undefined {
  const isLikely = ({ name, isOwn }: Linear) => isOwn || !isBeside(name);
  return (
    pickAmong(linears.filter(isLikely), features) ??
    pickAmong(
      linears.filter(({ inputs }) => inputs === features),
      features,
    )
  );
}

export function biasOf(weight: string): string {
  return weight.replace(/weight$/, 'bias');
}

/** Whether a linear layer takes part beside the head: behind it, as good a head itself, or in front, alone or after another. */
function isSecond(
  linear: Linear,
  head: Linear,
  linears: readonly Linear[],
  features: number,
): boolean {
  const { inputs, outputs } = linear;
  const isAsGood = inputs === head.inputs && !head.isUsual;
  const isReached =
    inputs === features ||
    linears.some((first) => first.inputs === features && first.outputs === inputs);
  const isInFront = outputs === head.inputs && isReached;
  return linear.isUsual || inputs === head.outputs || isAsGood || isInFront;
}

/** Layers that take part beside the head's own: in the same sequence, in front, behind it, of a head's name, or a number for each feature. */
export function surplusOf(
  names: readonly string[],
  linears: readonly Linear[],
  head: Linear,
  { shapes, features }: Stages,
): readonly string[] {
  const own = new Set([head.name, biasOf(head.name)]);
  const likely = linears.filter(({ name }) => !isBeside(name));
  const others = new Map(likely.map((linear) => [linear.name, linear]));
  const biases = new Set(linears.map(({ name }) => biasOf(name)));
  const isEach = ({ length, 0: size }: Shape) => length === 1 && size === features;
  return names.filter((name) => {
    if (own.has(name)) return false;
    if (name.startsWith(head.container) || familyBehind(name)) return true;
    if (isBeside(name) || biases.has(name)) return false;
    const linear = others.get(name);
    return linear
      ? isSecond(linear, head, likely, features)
      : isEach(shapes.get(name)?.shape ?? []);
  });
}

/** What makes another head of it where there is no linear layer: convolutions that take what the stages give, or numbers that a layer is made from. */
export function strangeHead(
  names: readonly string[],
  { shapes, features }: Stages,
): readonly string[] {
  return names.filter((name) => {
    const { shape = [] } = shapes.get(name) ?? {};
    const isConv = shape.length === 4 && shape[1] === features && !isBeside(name);
    return isConv || familyBehind(name) !== undefined;
  });
}
