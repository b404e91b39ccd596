import { printable } from '../../../../src/diagnostics/printable.ts';
import { reachesOutside } from './reaches-outside.ts';
import {
  describeValue,
  holdsNumbers,
  type PickleConstructor,
  type PickleContext,
  type PickleDType,
  type PickleForeign,
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

/** A blank, by the module and name of what would make it. */
export function foreignOf(name: string): PickleForeign {
  return { kind: 'foreign', name: name.replace(' ', '.') };
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

const reconstruct: PickleConstructor = ([type]) => {
  const { name } = valueOfKind(type, 'global') ?? {};
  return name === 'numpy ndarray' ? { kind: 'array' } : foreignOf(name ?? 'numpy ndarray');
};

const dtype: PickleConstructor = ([value], context): PickleDType => {
  const code = textOf(value);
  return code === undefined
    ? context.malformed('a dtype without a code')
    : { kind: 'dtype', code, byteOrder: '<' };
};

/** (data, dtype, shape, order): how protocol 5 writes an array, its data in the pickle. */
const fromBuffer: PickleConstructor = ([data, dtype, shape, order], context) => {
  const type = valueOfKind(dtype, 'dtype');
  const bytes = valueOfKind(data, 'bytes');
  if (!type || !bytes) return context.malformed('an array without data or type');
  const { code, byteOrder } = type;
  if (!holdsNumbers(type)) return { kind: 'array', elements: code };
  const isColumnMajor = textOf(order) === 'F';
  const dimensions = integersOf(shape, 'dimension', context);
  return {
    kind: 'array',
    state: { shape: dimensions, code, byteOrder, isColumnMajor, data: bytes },
  };
};

/** A storage as the bytes of a file of torch; bytes that protocol 2 has as text are not taken apart. */
const loadFromBytes: PickleConstructor = ([data]) => {
  const nested = valueOfKind(data, 'bytes');
  if (!nested?.readPart) return foreignOf('torch.storage _load_from_bytes');
  return { kind: 'storage', key: '', elementType: 'nested', size: 0, nested };
};

function rebuild(
  args: readonly PickleValue[],
  elementType: string | undefined,
  context: PickleContext,
): PickleTensor | PickleForeign {
  const [storage, offset, shape, strides] = args;
  const foreign = valueOfKind(storage, 'foreign');
  if (foreign) return { ...foreign, shape: integersOf(shape, 'dimension', context) };
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

/** A parameter, or a tensor of another device: its first argument holds the numbers. */
const rebuildParameter: PickleConstructor = ([data], context) =>
  valueOfKind(data, 'tensor') ??
  valueOfKind(data, 'array') ??
  valueOfKind(data, 'foreign') ??
  context.malformed('a parameter without a tensor');

/** (function, class, arguments, attributes): a tensor of a class of its own is read as the tensor that it is. */
const rebuildSubclass: PickleConstructor = ([callable, , args], context) => {
  const make = valueOfKind(callable, 'global');
  const items = valueOfKind(args, 'tuple')?.items;
  // One in another would nest calls as deep as the file likes.
  return make?.construct && make.construct !== rebuildSubclass && items
    ? make.construct(items, context)
    : context.malformed('a tensor of a class without what makes it');
};

/** A tensor that has no numbers for rcc, by its name in torch; `shape` is found among the arguments. */
function shaped(
  name: string,
  shapeOf: (args: readonly PickleValue[]) => PickleValue | undefined,
): PickleConstructor {
  return (args, context) => ({
    ...foreignOf(name),
    shape: integersOf(shapeOf(args), 'dimension', context),
  });
}

function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  return valueOfKind(value, 'tuple')?.items ?? [];
}

/** (layout, (indices…, values, shape, …)): the shape is the one tuple among the parts. */
function sparseShape([, data]: readonly PickleValue[]): PickleValue | undefined {
  return itemsOf(data).find((item) => valueOfKind(item, 'tuple'));
}

/** TorchScript's typed lists and values with a type tag: what they are given. */
const asGiven: PickleConstructor = ([value = null]) => value;

const scriptValues = [
  'build_intlist',
  'build_doublelist',
  'build_boollist',
  'build_tensorlist',
  'restore_type_tag',
];

/** Functions of torch that make tensors in other forms, with where their shapes stand. */
const shapedTensors: Readonly<
  Record<string, (args: readonly PickleValue[]) => PickleValue | undefined>
> = {
  _rebuild_qtensor: ([, , shape]) => shape,
  _rebuild_sparse_tensor: sparseShape,
  _rebuild_sparse_csr_tensor: sparseShape,
  _rebuild_meta_tensor_no_storage: ([, shape]) => shape,
  _rebuild_wrapper_subclass: ([, , shape]) => shape,
};

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
  ComplexFloat: 'complex64',
  ComplexDouble: 'complex128',
  QInt8: 'qint8',
  QUInt8: 'quint8',
  QInt32: 'qint32',
};

/** torch dtypes by name; those that rcc has no use for are known so that a message can name them. */
const torchTypes = [
  ...Object.values(storageTypes),
  ...['uint16', 'uint32', 'uint64', 'complex32'],
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
  'numpy.core.numeric _frombuffer': fromBuffer,
  'numpy._core.numeric _frombuffer': fromBuffer,
  'numpy dtype': dtype,
  'torch.storage _load_from_bytes': loadFromBytes,
  'torch._utils _rebuild_tensor': rebuildTensor,
  'torch._utils _rebuild_tensor_v2': rebuildTensor,
  'torch._utils _rebuild_tensor_v3': rebuildTensorV3,
  'torch._utils _rebuild_parameter': rebuildParameter,
  'torch._utils _rebuild_parameter_with_state': rebuildParameter,
  'torch._utils _rebuild_device_tensor_from_cpu_tensor': rebuildParameter,
  'torch._utils _rebuild_device_tensor_from_numpy': rebuildParameter,
  'torch._utils _rebuild_xla_tensor': rebuildParameter,
  'torch._tensor _rebuild_from_type': rebuildSubclass,
  'torch._tensor _rebuild_from_type_v2': rebuildSubclass,
  ...Object.fromEntries(scriptValues.map((name) => [`torch.jit._pickle ${name}`, asGiven])),
  ...Object.fromEntries(
    Object.entries(shapedTensors).map(([name, shapeOf]) => {
      const key = `torch._utils ${name}`;
      return [key, shaped(key, shapeOf)];
    }),
  ),
};

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
    ...Object.entries(constructors).map(
      ([name, construct]): PickleGlobal => ({ kind: 'global', name, construct }),
    ),
  ];
}

/**
 * Everything that a state dict is made of, by its exact module and name with one space between. A pair with further spaces in it
 * cannot meet a key, so a module and a name cannot trade letters. Nothing else is looked up, and nothing is ever called.
 */
export const globals: ReadonlyMap<string, PickleGlobal> = new Map(
  knownGlobals().map((known) => [known.name, known]),
);

/** Made without its constructor: the class is the first argument. */
const makesBlank: readonly string[] = ['copyreg _reconstructor', 'copy_reg _reconstructor'];

/** A global that makes blanks, whatever its arguments. */
function foreignGlobal(name: string): PickleGlobal {
  const construct: PickleConstructor = ([type]) =>
    foreignOf((makesBlank.includes(name) && valueOfKind(type, 'global')?.name) || name);
  return { kind: 'global', name, isForeign: true, construct };
}

/** What a global stands for; undefined for one that only an attack needs. */
export function globalNamed(module: string, name: string): PickleGlobal | undefined {
  const known = globals.get(`${module} ${name}`);
  if (known) return known;
  return reachesOutside(module, name) ? undefined : foreignGlobal(`${module} ${name}`);
}
