import { firstLines } from '../../../src/diagnostics/bounds.ts';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { printable } from '../../../src/diagnostics/printable.ts';
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

export interface StateDict {
  readonly tensors: ReadonlyMap<string, PickledTensor>;
  readonly notes: readonly string[];
}

/** Keys under which training scripts put the weights, in order of choice. */
const wrapperKeys: readonly string[] = [
  'state_dict',
  'model',
  'model_state_dict',
  'state_dict_model',
  'net',
  'network',
  'params',
  'ema',
  'model_ema',
  'state_dict_ema',
  'ema_state_dict',
  'params_ema',
];

/** A wrapper in a wrapper in a wrapper has not been seen. */
const maxWrappers = 3;

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

function notesOnForeign({ entries }: PickleDict): string[] {
  const lines = [...entries].flatMap(([key, value]) => {
    const name = foreignName(value);
    return name === undefined ? [] : [`${printable(String(key))} (${printable(name)})`];
  });
  return lines.length > 0
    ? [`Not numbers, left aside: ${firstLines(lines, mostNamed).join(', ')}.`]
    : [];
}

function hasTensors(dict: PickleDict): boolean {
  for (const value of dict.entries.values()) if (tensorOf(value)) return true;
  return false;
}

interface Choice {
  readonly dict: PickleDict;
  /** Keys from the top to the dict. */
  readonly path: readonly string[];
  /** Other dicts of tensors beside it. */
  readonly others: readonly string[];
}

/** Dicts that hold tensors one level down, the usual keys first. */
function wrapped(dict: PickleDict): readonly (readonly [string, PickleDict])[] {
  const rank = (key: string) => {
    const known = wrapperKeys.indexOf(key);
    return known < 0 ? wrapperKeys.length : known;
  };
  return [...dict.entries]
    .flatMap(([key, value]) => {
      const inner = valueOfKind(value, 'dict');
      return typeof key === 'string' && inner ? [[key, inner] as const] : [];
    })
    .sort(([a], [b]) => rank(a) - rank(b));
}

function isWrapperKey(key: string): boolean {
  return wrapperKeys.includes(key);
}

/**
 * The dict of tensors: under a usual key; else the dict itself; else the only one below it. A checkpoint may hold a tensor of
 * its own beside the weights (`best_acc1`), so the usual keys come before the dict itself.
 */
function choose(
  dict: PickleDict,
  path: readonly string[],
  seen: Set<PickleDict>,
): Choice | undefined {
  // A file may let a dict hold itself; each is looked at once.
  if (seen.has(dict)) return undefined;
  seen.add(dict);
  const inner = path.length < maxWrappers ? wrapped(dict) : [];
  const found = inner.flatMap(([key, value]) => choose(value, [...path, key], seen) ?? []);
  const keyOf = (choice: Choice) => choice.path[path.length] ?? '';
  const best = found[0];
  if (best && isWrapperKey(keyOf(best))) {
    return { ...best, others: found.slice(1).map(keyOf) };
  }
  if (hasTensors(dict)) return { dict, path, others: [] };
  return found.length === 1 ? best : undefined;
}

function tensorsOf(file: string, dict: PickleDict): Map<string, PickledTensor> {
  if (dict.entries.has(paddleSplitTable)) fail('weights-split-parameters', { file });
  const tensors = new Map<string, PickledTensor>();
  for (const [key, value] of dict.entries) {
    const tensor = tensorOf(value);
    if (!tensor || key === paddleNameTable) continue;
    if (typeof key !== 'string') {
      return fail('weights-no-state-dict', { file, found: `tensors under numbers (${key})` });
    }
    tensors.set(key, tensor);
  }
  return tensors;
}

function notesOf({ path, others }: Choice): string[] {
  if (path.length === 0) return [];
  const beside = others.length > 0 ? `; left aside: ${others.slice(0, 8).join(', ')}` : '';
  return [`Weights taken from '${path.join('.')}'${beside}.`];
}

/** Entries under the usual keys, which would hold the weights. */
function foremost({ entries }: PickleDict): (readonly [string, PickleValue])[] {
  return wrapperKeys.flatMap((key) => {
    const value = entries.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
}

interface Place {
  readonly file: string;
  readonly container: 'torch' | 'pickle';
  readonly key?: string;
}

/** Fails where an object stands in the place of the weights. */
function failWithObject(place: Place, value: PickleValue): void {
  const object = foreignName(value);
  if (object !== undefined) fail('weights-foreign-object', { ...place, object });
}

function notesOnObject(root: PickleValue): string[] {
  const { name, items } = valueOfKind(root, 'foreign') ?? {};
  if (name === undefined || items) return [];
  return [`Tensors taken out of an object of ${printable(name)}; nothing of it was run.`];
}

/** The tensors of a checkpoint, by name, wherever a training script has put them. */
export function selectStateDict(
  file: string,
  pickled: PickleValue,
  container: 'torch' | 'pickle',
): StateDict {
  const root = withoutModules(file, pickled);
  const dict = valueOfKind(root, 'dict');
  if (!dict) failWithObject({ file, container }, root);
  if (!dict) return fail('weights-no-state-dict', { file, found: describeValue(root) });
  const choice = choose(dict, [], new Set());
  if (!choice) {
    for (const [key, value] of foremost(dict)) failWithObject({ file, container, key }, value);
    const keys = [...dict.entries.keys()].slice(0, 8);
    const found = keys.length > 0 ? `a dict of ${keys.join(', ')}` : 'an empty dict';
    return fail('weights-no-state-dict', { file, found });
  }
  const notes = [...notesOnObject(pickled), ...notesOf(choice), ...notesOnForeign(choice.dict)];
  return { tensors: tensorsOf(file, choice.dict), notes };
}
