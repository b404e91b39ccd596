import { dirname, isAbsolute, join } from 'node:path';
import type { Span } from '../diagnostics/source.ts';
import type { ModelNode } from './ast.ts';
import { depths } from './depths.ts';
import { type GivenProperties, givenOf, valueGiven } from './given.ts';
import type {
  BlockKind,
  Expectations,
  InputSize,
  Preprocess,
  Reference,
  ShortcutKind,
  Spec,
  SpecSpans,
  StemKind,
  WeightsProperty,
} from './spec.ts';

const defaultWidths = [64, 128, 256, 512];

/** What each variant is short for. */
export const variants = {
  vb: { stem: 'conv7', shortcut: 'projection' },
  vc: { stem: 'deep', shortcut: 'projection' },
  vd: { stem: 'deep', shortcut: 'avgpool' },
} as const satisfies Readonly<Record<string, { stem: StemKind; shortcut: ShortcutKind }>>;

/** Convolutions of each stem. */
export const stemConvs: Readonly<Record<StemKind, number>> = { conv7: 1, deep: 3, conv3: 1 };

/** A path as written in a .rn file, seen from where that file is seen. */
export function resolvePath(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/**
 * The model with all defaults filled in. Where the depth is missing or could not be read, 50 stands in for it, so
 * that rules about everything else can be checked; such a model never leaves the checker.
 */
export function resolveSpec(node: ModelNode, given: GivenProperties): Spec {
  const network = resolveNetwork(given);
  const input = valueGiven(given, 'input') ?? { channels: 3, height: 224, width: 224 };
  const depth = valueGiven(given, 'depth');
  const labels = resolvedPath(given, 'labels');
  const weights = resolveWeights(given);
  const reference = resolveReference(given);
  return {
    name: node.name.text,
    file: node.span.file.path,
    ...(depth === undefined ? {} : { depth }),
    ...network,
    input,
    classes: valueGiven(given, 'classes') ?? 1000,
    head: valueGiven(given, 'head') ?? 'logits',
    ...(labels === undefined ? {} : { labels }),
    preprocess: resolvePreprocess(given, input),
    expect: resolveExpectations(given),
    ...(weights ? { weights } : {}),
    ...(reference ? { reference } : {}),
    spans: resolveSpans(node, given),
  };
}

function resolveNetwork(given: GivenProperties) {
  const depth = depths.get(valueGiven(given, 'depth') ?? 50);
  const stages = valueGiven(given, 'stages') ?? depth?.stages ?? [];
  const block = valueGiven(given, 'block') ?? depth?.block ?? 'bottleneck';
  const variant = variants[valueGiven(given, 'variant') ?? 'vb'];
  const stem = valueGiven(given, 'stem') ?? variant.stem;
  const shortcut = valueGiven(given, 'shortcut') ?? variant.shortcut;
  const widths = valueGiven(given, 'widths') ?? defaultWidths.slice(0, stages.length);
  const expansion = valueGiven(given, 'expansion') ?? (block === 'basic' ? 1 : 4);
  const stemWidths = valueGiven(given, 'stem-widths') ?? defaultStemWidths(stem, widths[0] ?? 64);
  const sameShape = stemWidths.at(-1) === (widths[0] ?? 0) * expansion;
  return {
    block,
    stem,
    stemWidths,
    shortcut,
    firstShortcut: resolveFirstShortcut(given, { shortcut, sameShape }),
    strideIn: resolveStride(given, block),
    stages,
    widths,
    expansion,
  };
}

function defaultStemWidths(stem: StemKind, last: number): readonly number[] {
  const half = Math.ceil(last / 2);
  return stemConvs[stem] === 3 ? [half, half, last] : [last];
}

function resolveFirstShortcut(
  given: GivenProperties,
  { shortcut, sameShape }: { shortcut: ShortcutKind; sameShape: boolean },
): 'projection' | 'identity' {
  if (shortcut === 'pad') return 'identity';
  return sameShape ? (valueGiven(given, 'first-shortcut') ?? 'projection') : 'projection';
}

/** A basic block always strides in its first convolution. */
function resolveStride(given: GivenProperties, block: BlockKind): 'conv1' | 'conv2' {
  return block === 'basic' ? 'conv1' : (valueGiven(given, 'stride') ?? 'conv2');
}

/** Below this side pictures are taken as they are. */
const leastResizedSide = 64;

function resolvePreprocess(given: GivenProperties, input: InputSize): Preprocess {
  const crop = resolveCrop(given, input);
  const resize = resolveResize(given, crop);
  const { channels } = input;
  return {
    ...(resize === undefined ? {} : { resize }),
    ...(crop === undefined ? {} : { crop }),
    mean:
      valueGiven(given, 'preprocess.mean') ?? byChannels(channels, [0.485, 0.456, 0.406], 0.449, 0),
    std:
      valueGiven(given, 'preprocess.std') ?? byChannels(channels, [0.229, 0.224, 0.225], 0.226, 1),
    color: valueGiven(given, 'preprocess.color') ?? (channels === 1 ? 'gray' : 'rgb'),
    interpolation: valueGiven(given, 'preprocess.interpolation') ?? 'bilinear',
    antialias: valueGiven(given, 'preprocess.antialias') ?? false,
  };
}

function byChannels(
  channels: number,
  imageNet: readonly number[],
  gray: number,
  neutral: number,
): readonly number[] {
  if (channels === 3) return imageNet;
  return channels === 1 ? [gray] : Array.from({ length: channels }, () => neutral);
}

function resolveCrop(given: GivenProperties, { height, width }: InputSize): number | undefined {
  const crop = valueGiven(given, 'preprocess.crop');
  if (crop !== undefined) return crop === 'none' ? undefined : crop;
  const resized = typeof valueGiven(given, 'preprocess.resize') === 'number';
  return height === width && (resized || height >= leastResizedSide) ? height : undefined;
}

function resolveResize(given: GivenProperties, crop: number | undefined): number | undefined {
  const resize = valueGiven(given, 'preprocess.resize');
  if (resize !== undefined) return resize === 'none' ? undefined : resize;
  return crop !== undefined && crop >= leastResizedSide
    ? Math.round((crop * 256) / 224)
    : undefined;
}

function resolveExpectations(given: GivenProperties): Expectations {
  const figures = ['params', 'flops', 'top1', 'top5'] as const;
  return Object.fromEntries(
    figures.flatMap((figure) => {
      const value = valueGiven(given, `expect.${figure}`);
      return value === undefined ? [] : [[figure, value]];
    }),
  );
}

/** A file that a property names, relative to the .rn file that says so. */
function resolvedPath(
  given: GivenProperties,
  name: 'labels' | 'reference.input' | 'reference.logits',
): string | undefined {
  const property = givenOf(given, name);
  return property && resolvePath(property.span.file.path, property.value);
}

function resolveWeights(given: GivenProperties): WeightsProperty | undefined {
  const weights = givenOf(given, 'weights');
  if (!weights) return undefined;
  return { ...weights.value, path: resolvePath(weights.span.file.path, weights.value.path) };
}

function resolveReference(given: GivenProperties): Reference | undefined {
  const input = resolvedPath(given, 'reference.input');
  const logits = resolvedPath(given, 'reference.logits');
  return input !== undefined && logits !== undefined ? { input, logits } : undefined;
}

function resolveSpans(node: ModelNode, given: GivenProperties): SpecSpans {
  const spans: Record<string, Span> = { model: node.name.span };
  for (const [name, { span }] of given) spans[name] = span;
  // JSON.stringify leaves out what has no JSON: spans hold whole texts.
  return Object.defineProperty(spans, 'toJSON', { value: () => undefined });
}
