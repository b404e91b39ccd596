import { firstLines } from '../../../src/diagnostics/bounds.ts';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { printable } from '../../../src/diagnostics/printable.ts';
import { usualKeys } from '../usual-keys.ts';
import {
  describeValue,
  type PickleArray,
  type PickleDict,
  type PickleForeign,
  type PickleTensor,
  type PickleValue,
  textOf,
  valueOfKind,
} from './pickle/values.ts';
import { withoutModules } from './pickled-modules.ts';

/** A tensor as a pickle holds it. */
export type PickledTensor = PickleArray | PickleTensor | PickleForeign;

/** A dict in a dict in a dict in a dict has not been seen. */
const deepest = 3;

/** Paddle's table of second names beside the tensors. */
export const paddleNameTable = 'StructuredToParameterName@@';
/** Paddle's table of arrays that were cut at 4 GiB. */
const paddleSplitTable = 'UnpackBigParamInfor@@';

/** The tensor that a value is. Paddle writes (parameter name, array) for a tensor that is not at the top level. */
function tensorOf(value: PickleValue): PickledTensor | undefined {
  const [name, array] = valueOfKind(value, 'tuple')?.items ?? [];
  const numbers = valueOfKind(textOf(name) === undefined ? value : array, 'array');
  if (numbers) return numbers.elements === undefined ? numbers : undefined;
  const foreign = valueOfKind(value, 'foreign');
  return foreign?.shape ? foreign : valueOfKind(value, 'tensor');
}

/** What an entry is that stands among tensors and holds no numbers; undefined for plain values and tensors. */
function foreignName(value: PickleValue): string | undefined {
  const elements = valueOfKind(value, 'array')?.elements;
  if (elements !== undefined) return `numpy array of ${elements}`;
  const foreign = valueOfKind(value, 'foreign');
  return foreign?.shape ? undefined : foreign?.name;
}

const mostNamed = 8;

export interface StateDict {
  readonly tensors: ReadonlyMap<string, PickledTensor>;
  /** What was left aside, a sentence each. */
  readonly notes: readonly string[];
}

/** Entries without numbers in a dict that has so many tensors of its own. */
interface Foreign {
  readonly tensorCount: number;
  readonly lines: readonly string[];
}

/** All tensors below a dict by the path of their keys, and the numbers that were keys. */
interface Walk {
  readonly file: string;
  readonly tensors: Map<string, PickledTensor>;
  readonly numbers: number[];
  /** What stands among the tensors of the dict that has the most; elsewhere it is a setting of the training. */
  foreign: Foreign;
  readonly seen: Set<PickleDict>;
}

/** What a training needs to go on: tensors of every parameter's size, and no network. */
const ofTraining = /^(optimi[sz]er|lr_scheduler|scheduler|scaler)/;

/** Remembers a tensor under its path; a key that is a number leads to no name. */
function addTensor(into: Walk, path: readonly string[], key: unknown, tensor: PickledTensor): void {
  if (typeof key === 'number') into.numbers.push(key);
  if (typeof key !== 'string') return;
  const { file, tensors } = into;
  const name = [...path, key].join('.');
  if (tensors.has(name)) fail('weights-no-state-dict', { file, found: `two tensors '${name}'` });
  tensors.set(name, tensor);
}

/** The dict that is to be walked through: a file may let one hold itself, so each is looked at once. */
function isOpen({ seen }: Walk, dict: PickleDict, path: readonly string[]): boolean {
  if (seen.has(dict) || path.length > deepest || ofTraining.test(path.at(-1) ?? '')) return false;
  seen.add(dict);
  return true;
}

/** What stands beside the tensors of a dict and holds no numbers. */
function foreignIn({ entries }: PickleDict, tensorCount: number): Foreign {
  const lines = [...entries].flatMap(([key, value]) => {
    const name = foreignName(value);
    return name === undefined ? [] : [`${printable(String(key))} (${printable(name)})`];
  });
  return { tensorCount, lines };
}

function walk(into: Walk, dict: PickleDict, path: readonly string[]): void {
  if (!isOpen(into, dict, path)) return;
  if (dict.entries.has(paddleSplitTable)) fail('weights-split-parameters', { file: into.file });
  const before = into.tensors.size;
  for (const [key, value] of dict.entries) {
    if (key === paddleNameTable) continue;
    const tensor = tensorOf(value);
    if (tensor) addTensor(into, path, key, tensor);
  }
  const own = into.tensors.size - before;
  if (own > into.foreign.tensorCount) into.foreign = foreignIn(dict, own);
  for (const [key, value] of dict.entries) {
    const inner = valueOfKind(value, 'dict');
    const isTable = key === paddleNameTable || typeof key !== 'string';
    if (inner && !isTable) walk(into, inner, [...path, key]);
  }
}

function describeDict(dict: PickleDict, { numbers }: Walk): string {
  if (numbers.length > 0) return `tensors under numbers (${numbers[0]})`;
  const keys = [...dict.entries.keys()].slice(0, 8);
  return keys.length > 0 ? `a dict of ${keys.join(', ')}` : 'an empty dict';
}

/** Fails where an object stands in the place of the weights. */
function failWithObject(
  place: { readonly file: string; readonly container: 'torch' | 'pickle'; readonly key?: string },
  value: PickleValue | undefined,
): void {
  const object = value === undefined ? undefined : foreignName(value);
  if (object !== undefined) fail('weights-foreign-object', { ...place, object });
}

function notesOn(root: PickleValue, { foreign: { lines } }: Walk): string[] {
  const { name, items } = valueOfKind(root, 'foreign') ?? {};
  return [
    ...(name === undefined || items
      ? []
      : [`Tensors taken out of an object of ${printable(name)}; nothing of it was run.`]),
    ...(lines.length > 0
      ? [`Not numbers, left aside: ${firstLines(lines, mostNamed).join(', ')}.`]
      : []),
  ];
}

/**
 * The tensors of a checkpoint, wherever a training script has put them: by the keys that lead to each and its name, joined by dots. Which of them are the
 * network is not decided here.
 */
export function findTensors(
  file: string,
  pickled: PickleValue,
  container: 'torch' | 'pickle',
): StateDict {
  const root = withoutModules(file, pickled);
  const dict = valueOfKind(root, 'dict');
  if (!dict) failWithObject({ file, container }, root);
  if (!dict) return fail('weights-no-state-dict', { file, found: describeValue(root) });
  const found: Walk = {
    file,
    tensors: new Map(),
    numbers: [],
    foreign: { tensorCount: 0, lines: [] },
    seen: new Set(),
  };
  walk(found, dict, []);
  const { tensors } = found;
  if (tensors.size === 0) {
    for (const key of usualKeys) failWithObject({ file, container, key }, dict.entries.get(key));
    return fail('weights-no-state-dict', { file, found: describeDict(dict, found) });
  }
  return { tensors, notes: notesOn(pickled, found) };
}
