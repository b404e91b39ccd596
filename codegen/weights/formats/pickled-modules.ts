import { fail } from '../../../src/diagnostics/diagnostic.ts';
import {
  type PickleDict,
  type PickleForeign,
  type PickleValue,
  valueOfKind,
} from './pickle/values.ts';

/** Where torch.nn.Module keeps what it is made of, in the order of its state dict. */
const registers = ['_parameters', '_buffers', '_modules'] as const;

/** Classes of a TorchScript archive, whose attributes are those of the module. */
const scriptPrefix = '__torch__.';

/** Levels of modules in modules; ResNets have five. */
const maxDepth = 64;

/** Members of all modules of a file. ResNet-200's have 3,000. */
const maxMembers = 200_000;

/** Levels of dicts in which objects are looked for: checkpoints keep a module at the top or below a key or two. */
const maxLevels = 3;

type Members = ReadonlyMap<string | number, PickleValue>;

/** What a module registers or, in TorchScript, its attributes; undefined for an object that is no module. */
function membersOf(value: PickleValue): readonly (readonly [string, PickleValue])[] | undefined {
  const object = valueOfKind(value, 'foreign');
  const state: Members | undefined = valueOfKind(object?.state, 'dict')?.entries;
  if (!object || !state) return undefined;
  const registered = registers.flatMap((key) => {
    const members = valueOfKind(state.get(key), 'dict');
    return members ? [members.entries] : [];
  });
  const sources = registered.length > 0 ? registered : [state];
  if (registered.length === 0 && !object.name.startsWith(scriptPrefix)) return undefined;
  return sources.flatMap((entries) =>
    [...entries].map(([key, one]) => [String(key), one] as const),
  );
}

interface Walk {
  readonly file: string;
  /** Members that may still come. */
  left: number;
  readonly seen: Set<PickleDict>;
}

function limit({ file }: Walk, what: string, most: number): never {
  return fail('weights-pickle-limit', { file, what, limit: most });
}

/** Every member of a module and of the modules in it that is none itself, by its dotted name. */
function collect(
  walk: Walk,
  module: PickleValue,
  path: readonly string[],
  into: Map<string, PickleValue>,
): void {
  if (path.length > maxDepth) limit(walk, 'nested modules', maxDepth);
  for (const [key, value] of membersOf(module) ?? []) {
    walk.left--;
    if (walk.left < 0) limit(walk, 'members of modules', maxMembers);
    if (membersOf(value)) collect(walk, value, [...path, key], into);
    else into.set([...path, key].join('.'), value);
  }
}

/** A module as the state dict that it would give, a dict by another name as a dict; undefined for any other object. */
function dictOf(walk: Walk, object: PickleForeign): PickleDict | undefined {
  if (object.items) return object.items;
  if (!membersOf(object)) return undefined;
  const entries = new Map<string | number, PickleValue>();
  collect(walk, object, [], entries as Map<string, PickleValue>);
  return { kind: 'dict', entries };
}

function replaceObjects(walk: Walk, value: PickleValue, level: number): PickleValue {
  const object = valueOfKind(value, 'foreign');
  const plain = object ? (dictOf(walk, object) ?? object) : value;
  const dict = valueOfKind(plain, 'dict');
  if (!dict || level === maxLevels || walk.seen.has(dict)) return plain;
  walk.seen.add(dict);
  for (const [key, inner] of dict.entries) {
    dict.entries.set(key, replaceObjects(walk, inner, level + 1));
  }
  return plain;
}

/**
 * A pickle in which modules, and dicts by other names, have become the dicts of what they hold: nothing of them is built or run. DiagnosticError
 * `weights-pickle-limit` where modules hold each other without end.
 */
export function withoutModules(file: string, root: PickleValue): PickleValue {
  return replaceObjects({ file, left: maxMembers, seen: new Set() }, root, 0);
}
