import { integersOf } from './globals.ts';
import {
  describeValue,
  holdsNumbers,
  type PickleArray,
  type PickleContext,
  type PickleDType,
  type PickleObject,
  type PickleValue,
  textOf,
  valueOfKind,
} from './values.ts';

/** numpy's kind of elements with fields. */
const recordCode = 'V';

/** numpy.dtype's state: (version, byte order, subarray, names, fields, size, alignment, flags). */
function buildDType(target: PickleDType, state: PickleValue, context: PickleContext): void {
  const [, order, subarray, names, fields] = valueOfKind(state, 'tuple')?.items ?? [];
  const byteOrder = textOf(order);
  if (byteOrder === undefined || !'<>=|'.includes(byteOrder) || byteOrder.length !== 1) {
    context.malformed('a dtype without a byte order');
  }
  if (subarray !== null || names !== null || fields !== null) target.code = recordCode;
  target.byteOrder = byteOrder;
}

/** numpy.ndarray's state: (1, shape, dtype, column-major, data). */
function buildArray(target: PickleArray, state: PickleValue, context: PickleContext): void {
  const items = valueOfKind(state, 'tuple')?.items ?? [];
  const [version, shape, dtype, isColumnMajor, data] = items;
  const type = valueOfKind(dtype, 'dtype');
  if (items.length !== 5 || version !== 1 || !type || typeof isColumnMajor !== 'boolean') {
    context.malformed('an array with an unknown state');
  }
  if (target.state || target.elements) context.malformed('an array that is filled twice');
  if (!holdsNumbers(type)) {
    target.elements = type.code;
    return;
  }
  const bytes = valueOfKind(data, 'bytes');
  if (!bytes) context.malformed(`an array whose data is ${describeValue(data)}`);
  const { code, byteOrder } = type;
  target.state = {
    shape: integersOf(shape, 'dimension', context),
    code,
    byteOrder,
    isColumnMajor,
    data: bytes,
  };
}

/** Kinds whose state says nothing of their numbers: a dict's is `_metadata`, a tensor's are its attributes. */
const ignoringState: readonly PickleObject['kind'][] = ['dict', 'tensor'];

/** Gives a value its state; a blank keeps it and stays one. */
export function buildState(
  target: PickleValue | undefined,
  state: PickleValue,
  context: PickleContext,
): void {
  const dtype = valueOfKind(target, 'dtype');
  const array = valueOfKind(target, 'array');
  const foreign = valueOfKind(target, 'foreign');
  if (dtype) buildDType(dtype, state, context);
  else if (array) buildArray(array, state, context);
  else if (foreign) foreign.state = state;
  else if (!ignoringState.some((kind) => valueOfKind(target, kind)))
    context.malformed(`a state for ${describeValue(target)}`);
}
