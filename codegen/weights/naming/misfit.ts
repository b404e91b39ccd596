import { firstLines } from '../../../src/diagnostics/bounds.ts';
import { printable } from '../../../src/diagnostics/printable.ts';
import { headText } from '../../../src/language/outputs.ts';
import { sameShape } from '../../ir/types.ts';
import { inferSpec } from '../inference/infer-spec.ts';
import type { InferredSpec } from '../inference/inferred-spec.ts';
import type { NamedNetwork, NamedShapes } from '../inference/named-shapes.ts';
import { UnsupportedNetwork } from '../inference/unsupported-network.ts';

/** Parameters that do not fit, by name in the file. */
export interface Misfit {
  readonly missing: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly unexpected: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly misshaped: readonly {
    readonly name: string;
    readonly wanted: readonly number[];
    readonly found: readonly number[];
  }[];
}

/** Lines of each kind that are shown; the counts stand in the message. */
const shownOfEach = 8;

function listText(numbers: readonly number[]): string {
  return `[${numbers.join(', ')}]`;
}

function bounded(lines: readonly string[]): readonly string[] {
  return firstLines(lines, shownOfEach);
}

/** The misfit as lines of text, bounded. */
export function misfitLines({ missing, unexpected, misshaped }: Misfit): string[] {
  return [
    ...bounded(missing.map((one) => `missing: ${printable(one.name)} ${listText(one.shape)}`)),
    ...bounded(
      unexpected.map((one) => `not expected: ${printable(one.name)} ${listText(one.shape)}`),
    ),
    ...bounded(
      misshaped.map(
        (one) =>
          `another shape: ${printable(one.name)} is ${listText(one.found)}, the spec needs ${listText(one.wanted)}`,
      ),
    ),
  ];
}

/** A value as a `.rn` file has it. */
function worded(value: Relative): string {
  if (typeof value !== 'object') return String(value);
  const { kind, ...parts } = value;
  const told = Object.entries(parts).map(([name, part]) => `${name} ${partWord(part)}`);
  return [kind, ...told].join(' ');
}

function partWord(part: string | number | boolean): string {
  if (typeof part === 'boolean') return part ? 'yes' : 'no';
  return String(part);
}

type Relative =
  | string
  | number
  | ({ readonly kind: string } & Readonly<Record<string, string | number | boolean>>);

/** Words of relatives, each of which stands for itself. */
const relatives: readonly (readonly [string, (network: InferredSpec) => Relative])[] = [
  ['groups', ({ groups }) => groups],
  ['group-width', ({ groupWidth }) => groupWidth],
  ['attention', ({ attention }) => attention],
  ['multi-path', ({ multiPath }) => multiPath],
  ['narrow-first', ({ narrowFirst }) => narrowFirst],
  ['shortcut-kernel', ({ shortcutKernel }) => shortcutKernel],
  // Whether it pools is in no file.
  ['stem-pool', ({ stemPool }) => (stemPool === 'conv' ? 'conv' : 'max')],
  ['norm', ({ norm }) => norm],
  ['pool', ({ pool }) => pool],
];

/** Properties in which two networks can differ, each as a `.rn` file has it; undefined: they agree. */
const comparisons: readonly ((file: InferredSpec, spec: InferredSpec) => string | undefined)[] = [
  (file, spec) => {
    if (file.block === spec.block && sameShape(file.stages, spec.stages)) return undefined;
    if (file.depth !== undefined && spec.depth !== undefined) return `depth ${file.depth}`;
    const stages = sameShape(file.stages, spec.stages) ? [] : [`stages ${listText(file.stages)}`];
    const block = file.block === spec.block ? [] : [`block ${file.block}`];
    return [...stages, ...block].join('  ');
  },
  (file, spec) =>
    sameShape(file.widths, spec.widths) ? undefined : `widths ${listText(file.widths)}`,
  (file, spec) => {
    // A depth or a block brings its usual expansion along.
    const usual = file.block === 'basic' ? 1 : 4;
    const agrees = file.expansion === spec.expansion;
    return agrees || (file.block !== spec.block && file.expansion === usual)
      ? undefined
      : `expansion ${file.expansion}`;
  },
  (file, spec) => (file.stem === spec.stem ? undefined : `stem ${file.stem}`),
  (file, spec) =>
    file.stem !== spec.stem || sameShape(file.stemWidths, spec.stemWidths)
      ? undefined
      : `stem-widths ${listText(file.stemWidths)}`,
  (file, spec) => {
    const isKnown = !file.unknowns.some(({ property }) => property === 'shortcut');
    const isPad = file.shortcut === 'pad' || spec.shortcut === 'pad';
    return file.shortcut !== spec.shortcut && (isKnown || isPad)
      ? `shortcut ${file.shortcut}`
      : undefined;
  },
  (file, spec) =>
    file.shortcut === 'pad' || file.firstShortcut === spec.firstShortcut
      ? undefined
      : `first-shortcut ${file.firstShortcut}`,
  (file, spec) => {
    const [found, wanted] = [headText(file.head), headText(spec.head)];
    return found === wanted ? undefined : `head ${found}`;
  },
  (file, spec) => {
    const isMixed = new Set(file.stageBlocks).size > 1;
    return isMixed && file.stageBlocks.join() !== spec.stageBlocks.join()
      ? `stage-blocks [${file.stageBlocks.join(', ')}]`
      : undefined;
  },
  ...relatives.map(([word, read]) => (file: InferredSpec, spec: InferredSpec) => {
    const own = worded(read(file));
    return own === worded(read(spec)) ? undefined : `${word} ${own}`;
  }),
  (file, spec) => (file.classes === spec.classes ? undefined : `classes ${file.classes}`),
  (file, spec) =>
    file.inputChannels === spec.inputChannels
      ? undefined
      : `input with ${file.inputChannels} channels`,
];

function inferOrNothing(network: NamedNetwork): InferredSpec | string {
  try {
    return inferSpec(network);
  } catch (error) {
    if (error instanceof UnsupportedNetwork) return error.message;
    throw error;
  }
}

/**
 * What in the spec would make the weights fit: the network in the file is compared with the spec's, property by property.
 * `pools`: whether the spec's shortcuts pool, which no shape tells.
 * Undefined where the file's network is the spec's, only incomplete.
 */
export function misfitHint(
  file: NamedNetwork,
  spec: NamedShapes,
  pools: boolean,
): string | undefined {
  const found = inferOrNothing(file);
  if (typeof found === 'string')
    return `No spec can describe what is in the file: ${printable(found)}.`;
  const wanted = inferOrNothing({ ...file, shapes: spec, surplus: new Set() });
  if (typeof wanted === 'string') return undefined;
  const shortcut = wanted.shortcut === 'pad' ? 'pad' : pools ? 'avgpool' : 'projection';
  const changes = comparisons.flatMap((compare) => compare(found, { ...wanted, shortcut }) ?? []);
  if (changes.length === 0) return undefined;
  return `The file fits with ${changes.map((change) => `\`${change}\``).join(', ')} in the spec.`;
}
