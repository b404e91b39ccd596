import { printable } from '../../../../src/diagnostics/printable.ts';
import {
  describeValue,
  type PickleConstructor,
  type PickleContext,
  type PickleDType,
  type PickleGlobal,
  type PickleTensor,
  type PickleValue,
  textOf,
  valueOfKind,
} from './values.ts';

/** What an integer of a tensor counts. */
type Integer = 'dimension' | 'stride' | 'offset';

/** Integers of a tuple or list: a shape's dimensions, or strides. */
export function integersOf(
  value: PickleValue | undefined,
  what: Integer,
  context: PickleContext,
): number[] {
  const sequence = valueOfKind(value, 'tuple') ?? valueOfKind(value, 'list');
  if (!sequence) return context.malformed(`${what}s that are ${describeValue(value)}`);
  if (sequence.items.length > 64) context.malformed(`more than 64 ${what}s`);
  return sequence.items.map((item) => integerOf(item, what, context));
}

function integerOf(value: PickleValue | undefined, what: Integer, context: PickleContext): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'bigint') {
    return context.malformed(`${printable(String(value))} as a ${what}, beyond any tensor's`);
  }
  return context.malformed(`${describeValue(value)} as a ${what}, which is an integer`);
}

const orderedDict: PickleConstructor = (args, context) => {
  if (args.length > 0) context.malformed('an OrderedDict made with arguments');
  return { kind: 'dict', entries: new Map() };
};

/** `tuple((a, b))`; Paddle writes (parameter name, array) so. torch.Size is a tuple too. */
const tuple: PickleConstructor = ([items], context) => {
  const sequence = valueOfKind(items, 'tuple') ?? valueOfKind(items, 'list');
  return sequence
    ? { kind: 'tuple', items: sequence.items }
    : context.malformed('a tuple made of no sequence');
};

/** `_codecs.encode(text, "latin1")`: how protocol 2 writes bytes. */
const encode: PickleConstructor = ([text, encoding], context) => {
  if (textOf(encoding) !== 'latin1')
    return context.malformed('a text encoded other than in latin1');
  const long = valueOfKind(text, 'text');
  if (typeof text !== 'string' && !long)
    return context.malformed('an encoded value that is no text');
  return context.bytesOfText(typeof text === 'string' ? text : (long ?? ''));
};

const reconstruct: PickleConstructor = ([type], context) => {
  if (valueOfKind(type, 'global')?.name !== 'numpy ndarray') {
    context.malformed('an array of another type than numpy.ndarray');
  }
  return { kind: 'array' };
};

const dtype: PickleConstructor = ([value], context): PickleDType => {
  const code = textOf(value);
  return code === undefined
    ? context.malformed('a dtype without a code')
    : { kind: 'dtype', code, byteOrder: '<' };
};

function rebuild(
  args: readonly PickleValue[],
  elementType: string | undefined,
  context: PickleContext,
): PickleTensor {
  const [storage, offset, shape, strides] = args;
  const stored = valueOfKind(storage, 'storage');
  if (!stored) return context.malformed('a tensor without a storage');
  return {
    kind: 'tensor',
    storage: stored,
    elementType: elementType ?? stored.elementType,
    offset: integerOf(offset, 'offset', context),
    shape: integersOf(shape, 'dimension', context),
    strides: integersOf(strides, 'stride', context),
  };
}

const rebuildTensor: PickleConstructor = (args, context) => rebuild(args, undefined, context);

/** The seventh argument is the dtype; the storage is untyped. */
const rebuildTensorV3: PickleConstructor = (args, context) => {
  const type = valueOfKind(args[6], 'global')?.elementType;
  return type ? rebuild(args, type, context) : context.malformed('a tensor without a dtype');
};

const rebuildParameter: PickleConstructor = ([data], context) =>
  valueOfKind(data, 'tensor') ?? context.malformed('a parameter without a tensor');

/** Element types by the class of a torch storage. */
const storageTypes: Readonly<Record<string, string>> = {
  Float: 'float32',
  Half: 'float16',
  BFloat16: 'bfloat16',
  Double: 'float64',
  Long: 'int64',
  Int: 'int32',
  Short: 'int16',
  Char: 'int8',
  Byte: 'uint8',
  Bool: 'bool',
};

/** torch dtypes by name; those that rcc has no use for are known so that a message can name them. */
const torchTypes = [
  ...Object.values(storageTypes),
  ...['uint16', 'uint32', 'uint64', 'complex32', 'complex64', 'complex128'],
  ...['float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz', 'float8_e8m0fnu'],
];

const constructors: Readonly<Record<string, PickleConstructor>> = {
  'collections OrderedDict': orderedDict,
  'builtins tuple': tuple,
  '__builtin__ tuple': tuple,
  'torch Size': tuple,
  '_codecs encode': encode,
  'numpy.core.multiarray _reconstruct': reconstruct,
  'numpy._core.multiarray _reconstruct': reconstruct,
  'numpy dtype': dtype,
  'torch._utils _rebuild_tensor': rebuildTensor,
  'torch._utils _rebuild_tensor_v2': rebuildTensor,
  'torch._utils _rebuild_tensor_v3': rebuildTensorV3,
  'torch._utils _rebuild_parameter': rebuildParameter,
};

/** Beside the weights in checkpoints of common training scripts; kept as a blank, whatever its arguments. */
const opaques = [
  'argparse Namespace',
  'collections Counter',
  'collections defaultdict',
  'builtins dict',
  '__builtin__ dict',
  'numpy.core.multiarray scalar',
  'numpy._core.multiarray scalar',
  'torch device',
];

function knownGlobals(): PickleGlobal[] {
  const storages = Object.entries(storageTypes).flatMap(([prefix, elementType]) =>
    ['torch', 'torch.cuda'].map(
      (module): PickleGlobal => ({
        kind: 'global',
        name: `${module} ${prefix}Storage`,
        elementType,
      }),
    ),
  );
  return [
    ...storages,
    { kind: 'global', name: 'torch.storage UntypedStorage', elementType: 'untyped' },
    { kind: 'global', name: 'numpy ndarray' },
    ...torchTypes.map(
      (type): PickleGlobal => ({ kind: 'global', name: `torch ${type}`, elementType: type }),
    ),
    ...opaques.map(
      (name): PickleGlobal => ({
        kind: 'global',
        name,
        construct: () => ({ kind: 'opaque', name }),
      }),
    ),
    ...Object.entries(constructors).map(
      ([name, construct]): PickleGlobal => ({ kind: 'global', name, construct }),
    ),
  ];
}

/**
 * Everything a state dict may name, by its exact module and name with one space between. A pair with further spaces in it
 * cannot meet a key, so a module and a name cannot trade letters. Nothing else is looked up, and nothing is ever called.
 */
export const globals: ReadonlyMap<string, PickleGlobal> = new Map(
  knownGlobals().map((known) => [known.name, known]),
);

export function isOpaque(value: PickleGlobal): boolean {
  return opaques.includes(value.name);
}
