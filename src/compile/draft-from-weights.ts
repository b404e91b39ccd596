import { basename, dirname, relative } from 'node:path';
import type { InferredSpec } from '../../codegen/weights/inference/inferred-spec.ts';
import { contradictionsOf, spelledOut, toldOf } from '../evidence/compare.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { habitsOf, settledBy } from '../evidence/framework-habits.ts';
import { propertiesOf, shortestProperties, specMeant } from '../language/draft.ts';
import { modelNameOf } from '../language/model-name.ts';
import type { AssumedProperty, SpecDraft } from '../language/print.ts';
import {
  allProperties,
  isProperty,
  type PropertyName,
  type PropertyValues,
} from '../language/properties.ts';
import type { SpecParts } from '../language/property.ts';
import type { InputSize, ShortcutKind } from '../language/spec.ts';
import { plainNetwork, untoldProperties } from '../language/untold.ts';

/** What a person says of the network beside the file. */
export interface GivenParts {
  readonly input?: InputSize | undefined;
  readonly shortcut?: ShortcutKind | undefined;
}

export interface DraftOptions extends GivenParts {
  /** Which network of the file. */
  readonly key?: string | undefined;
  /** Path of the weights. */
  readonly weights: string;
  /** Where the spec will lie: paths are written relative to it. */
  readonly specPath: string;
  /** Where the names of the classes stand, or will, and the file that has them; without a path they are only spoken of. */
  readonly labels?: { readonly source: string; readonly path?: string | undefined } | undefined;
}

/** A path as a .rn file has it. */
function relativeTo(specPath: string, path: string): string {
  return relative(dirname(specPath), path) || basename(path);
}

/** Names of files that say nothing of the network in them. */
const generalNames =
  /^(model|pytorch_model|inference|checkpoint|weights|best|last|latest|epoch)([._-]?\d*|_?best)$/i;

function nameFor(weights: string, evidence: readonly Evidence[]): string {
  const stem = basename(weights)
    .replace(/\.index\.json$/i, '')
    .replace(/\.(pdparams|pdiparams|safetensors|npz|pth\.tar|pth|pt2?|th|tar|bin|ckpt|pkl)$/i, '');
  if (!generalNames.test(stem)) return modelNameOf(stem);
  const architecture = evidence.find((one) => one.architecture !== undefined)?.architecture;
  const folder = basename(dirname(weights));
  return modelNameOf(architecture ?? (/^[\w-]+$/.test(folder) ? folder : stem));
}

/** The input that networks with such a stem usually have: no parameter depends on its sides. */
function usualInput({ stem, inputChannels }: InferredSpec): InputSize {
  const side = stem === 'conv3' ? 32 : 224;
  return { channels: inputChannels, height: side, width: side };
}

/** Whether the file says how many classes there are. */
export function tellsItsClasses({ head }: Pick<InferredSpec, 'head'>): boolean {
  return head === 'logits';
}

/** The network that names and shapes describe, with what is taken where they leave something open. */
function partsOf({
  scheme: _scheme,
  inputChannels: _channels,
  paramCount: _count,
  unknowns: _unknowns,
  ...parts
}: InferredSpec): SpecParts {
  if (tellsItsClasses(parts)) return parts;
  const { classes: _classes, ...rest } = parts;
  return rest;
}

/** Properties that names and shapes leave open, if only in part. */
function openIn(inferred: InferredSpec): ReadonlySet<string> {
  const untold = untoldProperties(partsOf(inferred));
  return new Set([...untold, ...inferred.unknowns].map(({ property }) => property));
}

/** The values that names and shapes decide: nothing else may contradict them. */
function certainValues(inferred: InferredSpec, values: PropertyValues): PropertyValues {
  const open = openIn(inferred);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !open.has(name)));
}

/** Whether a neighbour speaks of this network: one of other classes or another input lies there for another file. */
export function isOfAnother(evidence: Evidence, inferred: InferredSpec): boolean {
  const { channels } = evidence;
  const open = openIn(inferred);
  const contradictions = contradictionsOf(evidence, partsOf(inferred));
  return (
    contradictions.some(({ property }) => !open.has(property)) ||
    (channels !== undefined && channels !== inferred.inputChannels)
  );
}

/** Without effect where a network tells no classes. */
const ofClasses: ReadonlySet<PropertyName> = new Set([
  'classes',
  'labels',
  'expect.top1',
  'expect.top5',
]);

/** What neighbours tell of properties that names and shapes leave open, and which of them it was; the first says it. */
function tellings(
  evidence: readonly Evidence[],
  {
    certain,
    found,
    idle,
  }: {
    readonly certain: PropertyValues;
    readonly found: PropertyValues;
    readonly idle: ReadonlySet<PropertyName>;
  },
) {
  const sources = new Map<PropertyName, string>();
  const values: Record<string, unknown> = {};
  for (const one of evidence) {
    const { source } = one;
    const told = toldOf(one, found);
    for (const name of allProperties) {
      if (told[name] === undefined || certain[name] !== undefined || sources.has(name)) continue;
      if (idle.has(name)) continue;
      sources.set(name, source);
      values[name] = told[name];
    }
  }
  return { sources, values: values as PropertyValues };
}

/** Whether pictures may be its input; how anything else is prepared has no words. */
function takesPictures({ inputChannels }: InferredSpec): boolean {
  return inputChannels === 1 || inputChannels === 3;
}

function assumedOf(
  inferred: InferredSpec,
  network: SpecParts,
  told: ReadonlySet<string>,
): readonly AssumedProperty[] {
  const groupsTold = new Set([...told].map((name) => name.split('.')[0] ?? ''));
  if (!takesPictures(inferred)) groupsTold.add('preprocess');
  return [
    ...untoldProperties(network).filter(({ property }) => !groupsTold.has(property)),
    ...inferred.unknowns.filter(({ property }) => !told.has(property)),
  ];
}

/** Another input than a neighbour has in mind is cut from the picture in the same proportion. */
function fitToInput(values: PropertyValues): PropertyValues {
  const { input, 'preprocess.crop': crop, 'preprocess.resize': resize, ...others } = values;
  if (!input) return values;
  // Where the input is no square, the language has no crop for it, and nothing is resized.
  if (input.height !== input.width) {
    const { 'preprocess.interpolation': _, 'preprocess.antialias': __, ...rest } = others;
    return { ...rest, input };
  }
  if (typeof crop !== 'number' || crop === input.height) return values;
  const scaled =
    typeof resize === 'number' ? Math.round((resize * input.height) / crop) : undefined;
  return {
    ...values,
    'preprocess.crop': input.height,
    ...(scaled === undefined ? {} : { 'preprocess.resize': scaled }),
  };
}

function prepares(told: ReadonlySet<string>): boolean {
  return [...told].some((name) => name.startsWith('preprocess.'));
}

/**
 * How the framework of these names prepares pictures, written out where it is not what holds anyway: a comment that says
 * otherwise than the language would mislead.
 */
function habitual(inferred: InferredSpec, network: SpecParts): PropertyValues {
  if (!takesPictures(inferred)) return {};
  const usual = propertiesOf(specMeant(propertiesOf(network)));
  if (usual['preprocess.resize'] === 'none') return {};
  const habits = habitsOf(inferred.scheme);
  const preprocess = Object.entries(usual).filter(([name]) => name.startsWith('preprocess.'));
  return Object.keys(habits).length === 0 ? {} : { ...Object.fromEntries(preprocess), ...habits };
}

/** A source at the beginning of a sentence: a file is written as it is. */
function asSubject({ kind, source }: Evidence): string {
  return kind === 'file' ? source : `${source.charAt(0).toUpperCase()}${source.slice(1)}`;
}

/** What stands below the properties: what was found and cannot be said, and what is taken for granted. */
function closingOf(
  evidence: readonly Evidence[],
  labels: DraftOptions['labels'],
): readonly string[] {
  return [
    ...(labels && labels.path === undefined
      ? [`${labels.source} names the classes; with --output they are written beside the spec.`]
      : []),
    ...evidence.flatMap((one) =>
      one.beyond.map(
        (feature) => `${asSubject(one)} speaks of ${feature}, which does not stand here.`,
      ),
    ),
    `Taken for granted, as no word says otherwise: ${plainNetwork.join('; ')}.`,
  ];
}

/** What a person says of the network, as parts of a spec. */
function givenParts({ input, shortcut, labels, specPath }: DraftOptions): SpecParts {
  return {
    ...(input ? { input } : {}),
    ...(shortcut ? { shortcut } : {}),
    ...(labels?.path === undefined ? {} : { labels: relativeTo(specPath, labels.path) }),
  };
}

/** The draft of a spec: what names and shapes decide, what a person and the files beside the weights say, and the rest as comments. */
export function draftFromWeights(
  inferred: InferredSpec,
  all: readonly Evidence[],
  options: DraftOptions,
): SpecDraft {
  const { weights, key, specPath, labels } = options;
  const aside = all.filter((evidence) => isOfAnother(evidence, inferred));
  const evidence = all.filter((one) => !aside.includes(one));
  const given = givenParts(options);
  const found = propertiesOf(partsOf(inferred));
  const certain = { ...certainValues(inferred, found), ...propertiesOf(given) };
  const known = { ...certainValues(inferred, spelledOut(partsOf(inferred))), ...certain };
  const idle: ReadonlySet<PropertyName> = tellsItsClasses(inferred) ? new Set() : ofClasses;
  const { sources, values } = tellings(evidence, { certain: known, found, idle });
  const usual = { ...partsOf(inferred), input: usualInput(inferred) };
  for (const [name, remark] of settledBy(inferred))
    if (!sources.has(name)) sources.set(name, remark);
  const told = new Set<string>([...sources.keys(), ...Object.keys(propertiesOf(given))]);
  const network = { ...usual, ...given };
  const habit = prepares(told) ? {} : habitual(inferred, network);
  const properties = {
    ...fitToInput({ ...propertiesOf(usual), ...habit, ...values, ...certain }),
    weights: {
      scheme: inferred.scheme,
      path: relativeTo(specPath, weights),
      ...(key === undefined ? {} : { key }),
    },
  };
  for (const name of Object.keys(habit).filter(isProperty)) {
    sources.set(name, `assumed, as ${inferred.scheme} does it`);
    told.add(name);
  }
  if (labels?.path !== undefined) sources.set('labels', labels.source);
  return {
    name: nameFor(weights, evidence),
    comment: [
      `What ${basename(weights)} describes; what it cannot tell stands as comments.`,
      ...aside.map((one) => `${asSubject(one)} is of another network and was left aside.`),
    ],
    properties: shortestProperties(properties, new Set(sources.keys())),
    remarks: sources,
    assumed: assumedOf(inferred, network, told),
    closing: closingOf(evidence, labels),
  };
}
