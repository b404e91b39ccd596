import { dirname, isAbsolute, join } from 'node:path';
import type { Span } from '../diagnostics/source.ts';
import type { ModelNode } from './ast.ts';
import { outputChannels } from './channels.ts';
import { type GivenProperties, givenOf, valueGiven } from './given.ts';
import { allProperties, type PropertyName, properties } from './properties.ts';
import type { Property, ResolvedProperties } from './property.ts';
import type {
  Expectations,
  Preprocess,
  Reference,
  Spec,
  SpecSpans,
  WeightsProperty,
} from './spec.ts';

/** A path as written in a .rn file, seen from where that file is seen. */
export function resolvePath(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/**
 * The model with all defaults filled in. Where the depth is missing or could not be read, 50 stands in for it, so
 * that rules about everything else can be checked; such a model never leaves the checker.
 */
export function resolveSpec(node: ModelNode, given: GivenProperties): Spec {
  const model = resolveProperties(given);
  const { input, classes, head } = model;
  const depth = valueGiven(given, 'depth');
  const labels = resolvedPath(given, 'labels');
  const weights = resolveWeights(given);
  const reference = resolveReference(given);
  return {
    name: node.name.text,
    file: node.span.file.path,
    ...(depth === undefined ? {} : { depth }),
    ...resolveNetwork(model),
    input,
    classes,
    head,
    outputs: model.outputs,
    ...(labels === undefined ? {} : { labels }),
    preprocess: resolvePreprocess(model),
    expect: resolveExpectations(given),
    ...(weights ? { weights } : {}),
    ...(reference ? { reference } : {}),
    spans: resolveSpans(node, given),
  };
}

/** Each property as it is given, or else by the default of its row. */
export function resolveProperties(given: GivenProperties): ResolvedProperties {
  const model = {} as ResolvedProperties;
  for (const name of allProperties) {
    const { fallback }: Pick<Property<unknown>, 'fallback'> = properties[name];
    const get = () =>
      valueGiven(given, name) ??
      fallback?.(model, (other) => given.get(other as PropertyName)?.value);
    Object.defineProperty(model, name, { get });
  }
  return model;
}

function resolveNetwork(model: ResolvedProperties) {
  const { block, stem, shortcut, stages, widths, expansion, epsilon } = model;
  const { groups, 'group-width': groupWidth, attention, strides, dilations, norm, pool } = model;
  const stemWidths = model['stem-widths'];
  const stageBlocks = model['stage-blocks'];
  const channels = { stageBlocks, widths, expansion, groups, groupWidth };
  const sameShape = stemWidths.at(-1) === outputChannels(channels, 0) && strides[0] === 1;
  return {
    block,
    stageBlocks,
    stem,
    stemWidths,
    shortcut,
    firstShortcut: firstShortcutOf(model, sameShape),
    // A basic block always strides in its first convolution.
    strideIn: stageBlocks.every((kind) => kind === 'basic') ? ('conv1' as const) : model.stride,
    stages,
    widths,
    expansion,
    groups,
    groupWidth,
    attention,
    multiPath: model['multi-path'],
    narrowFirst: model['narrow-first'],
    shortcutKernel: model['shortcut-kernel'],
    strides,
    dilations,
    antiAlias: model['anti-alias'],
    stemPool: model['stem-pool'],
    norm,
    pool,
    epsilon,
  };
}

function firstShortcutOf(model: ResolvedProperties, sameShape: boolean): 'projection' | 'identity' {
  if (model.shortcut === 'pad') return 'identity';
  return sameShape ? model['first-shortcut'] : 'projection';
}

function resolvePreprocess(model: ResolvedProperties): Preprocess {
  const { 'preprocess.resize': resize, 'preprocess.crop': crop } = model;
  return {
    ...(resize === 'none' ? {} : { resize }),
    ...(crop === 'none' ? {} : { crop }),
    mean: model['preprocess.mean'],
    std: model['preprocess.std'],
    color: model['preprocess.color'],
    interpolation: model['preprocess.interpolation'],
    antialias: model['preprocess.antialias'],
  };
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
  name: 'labels' | 'reference.input' | 'reference.logits' | 'reference.outputs',
): string | undefined {
  const property = givenOf(given, name);
  return property && resolvePath(property.span.file.path, property.value);
}

export function resolveWeights(given: GivenProperties): WeightsProperty | undefined {
  const weights = givenOf(given, 'weights');
  if (!weights) return undefined;
  return { ...weights.value, path: resolvePath(weights.span.file.path, weights.value.path) };
}

function resolveReference(given: GivenProperties): Reference | undefined {
  const input = resolvedPath(given, 'reference.input');
  const logits = resolvedPath(given, 'reference.logits');
  const outputs = resolvedPath(given, 'reference.outputs');
  if (input === undefined || (logits === undefined && outputs === undefined)) return undefined;
  return {
    input,
    ...(logits === undefined ? {} : { logits }),
    ...(outputs === undefined ? {} : { outputs }),
  };
}

function resolveSpans(node: ModelNode, given: GivenProperties): SpecSpans {
  const spans: Record<string, Span> = { model: node.name.span };
  for (const [name, { span }] of given) spans[name] = span;
  // JSON.stringify leaves out what has no JSON: spans hold whole texts.
  return Object.defineProperty(spans, 'toJSON', { value: () => undefined });
}
