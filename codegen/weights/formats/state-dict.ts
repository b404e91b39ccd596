import { fail } from '../../../src/diagnostics/diagnostic.ts';
import {
  describeValue,
  type PickleArray,
  type PickleDict,
  type PickleTensor,
  type PickleValue,
  textOf,
  valueOfKind,
} from './pickle/values.ts';

/** A tensor as a pickle holds it. */
export type PickledTensor = PickleArray | PickleTensor;

/** A dict in a dict in a dict in a dict has not been seen. */
const deepest = 3;

/** Paddle's table of second names beside the tensors. */
const paddleNameTable = 'StructuredToParameterName@@';
/** Paddle's table of arrays that were cut at 4 GiB. */
const paddleSplitTable = 'UnpackBigParamInfor@@';

/** The tensor that a value is. Paddle writes (parameter name, array) for a tensor that is not at the top level. */
function tensorOf(value: PickleValue): PickledTensor | undefined {
  const [name, array] = valueOfKind(value, 'tuple')?.items ?? [];
  if (textOf(name) !== undefined) return valueOfKind(array, 'array');
  return valueOfKind(value, 'array') ?? valueOfKind(value, 'tensor');
}

/** All tensors below a dict by the path of their keys, and the numbers that were keys. */
interface Found {
  readonly tensors: Map<string, PickledTensor>;
  readonly numbers: number[];
}

interface Walk extends Found {
  readonly file: string;
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

function walk(into: Walk, dict: PickleDict, path: readonly string[]): void {
  if (!isOpen(into, dict, path)) return;
  if (dict.entries.has(paddleSplitTable)) fail('weights-split-parameters', { file: into.file });
  for (const [key, value] of dict.entries) {
    if (key === paddleNameTable) continue;
    const tensor = tensorOf(value);
    if (tensor) addTensor(into, path, key, tensor);
    const inner = valueOfKind(value, 'dict');
    if (inner && typeof key === 'string') walk(into, inner, [...path, key]);
  }
}

function describeDict(dict: PickleDict, { numbers }: Found): string {
  if (numbers.length > 0) return `tensors under numbers (${numbers[0]})`;
  const keys = [...dict.entries.keys()].slice(0, 8);
  return keys.length > 0 ? `a dict of ${keys.join(', ')}` : 'an empty dict';
}

/**
 * The tensors of a checkpoint, wherever a training script has put them: by the keys that lead to each and its name, joined by dots. Which of them are the
 * network is not decided here.
 */
export function findTensors(file: string, root: PickleValue): ReadonlyMap<string, PickledTensor> {
  const dict = valueOfKind(root, 'dict');
  if (!dict) return fail('weights-no-state-dict', { file, found: describeValue(root) });
  const found: Walk = { file, tensors: new Map(), numbers: [], seen: new Set() };
  walk(found, dict, []);
  const { tensors } = found;
  if (tensors.size === 0) {
    return fail('weights-no-state-dict', { file, found: describeDict(dict, found) });
  }
  return tensors;
}
