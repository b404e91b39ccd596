/*
 * Looks at a message before onnx-proto decodes it: the library believes lengths and types, calls itself for each message inside of a message, and makes
 * some hundred bytes of two.
 */
import { type FieldShape, type MessageName, messageShapes } from './message-shapes.ts';
import { type Cursor, readField, readVarint, wireTypes } from './wire.ts';

/** Values, messages and numbers of lists beside the weights: a network of a thousand layers has some ten thousand. */
export const mostFields = 2 ** 20;
/** A graph inside of a graph, as of If and Loop, is three messages deeper. */
const mostDepth = 100;

const bytesPerNumber = { varints: 1, fixed32s: 4, fixed64s: 8 } as const;

const wireTypeOf: Readonly<Partial<Record<FieldShape, number>>> = {
  varint: wireTypes.varint,
  varints: wireTypes.varint,
  fixed32: wireTypes.fixed32,
  fixed32s: wireTypes.fixed32,
  fixed64s: wireTypes.fixed64,
};

function isMessage(shape: FieldShape | undefined): shape is MessageName {
  return shape !== undefined && Object.hasOwn(messageShapes, shape);
}

function isList(shape: FieldShape | undefined): shape is keyof typeof bytesPerNumber {
  return shape !== undefined && Object.hasOwn(bytesPerNumber, shape);
}

/** Whether a field of a message has the wire type that its meaning asks for; what is not known may have any. */
export function isWrittenAs(wireType: number, shape: FieldShape | undefined): boolean {
  if (shape === undefined) return true;
  if (wireType === wireTypes.bytes) return isList(shape) || wireTypeOf[shape] === undefined;
  return wireType === wireTypeOf[shape];
}

/** Whether bytes are whole numbers, as a packed list has them. */
function areNumbers(bytes: Uint8Array, shape: keyof typeof bytesPerNumber): boolean {
  if (shape !== 'varints') return bytes.length % bytesPerNumber[shape] === 0;
  const cursor: Cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) if (readVarint(cursor) === undefined) return false;
  return true;
}

/** Where a message stands among those around it, and what all of them hold so far. */
interface Place {
  readonly depth: number;
  readonly count: { fields: number };
}

const noMessage = 'its bytes make no message';
const tooMany = `it holds more than ${mostFields} values beside its weights`;

function faultOfContent(
  shape: FieldShape | undefined,
  content: Uint8Array,
  place: Place,
): string | undefined {
  if (isMessage(shape)) return findFault(shape, content, { ...place, depth: place.depth + 1 });
  return isList(shape) && !areNumbers(content, shape) ? noMessage : undefined;
}

/** Values that a field holds: a packed list as many as it has numbers. */
function countOf(shape: FieldShape | undefined, wireType: number, length: number): number {
  return isList(shape) && wireType === wireTypes.bytes
    ? Math.ceil(length / bytesPerNumber[shape])
    : 1;
}

function findFault(name: MessageName, bytes: Uint8Array, place: Place): string | undefined {
  if (place.depth > mostDepth) return `its messages are nested more than ${mostDepth} deep`;
  const cursor: Cursor = { bytes, at: 0 };
  let fault: string | undefined;
  while (cursor.at < bytes.length && fault === undefined) {
    const found = readField(cursor);
    const shape = found && messageShapes[name][found.field];
    if (!found || found.end > bytes.length || !isWrittenAs(found.wireType, shape)) return noMessage;
    const { wireType, offset, end } = found;
    cursor.at = end;
    place.count.fields += countOf(shape, wireType, end - offset);
    if (place.count.fields > mostFields) return tooMany;
    // Numbers that are no list have nothing in them to look at.
    fault = faultOfContent(shape, bytes.subarray(offset, end), place);
  }
  return fault;
}

/** What keeps a message from being decoded safely, as a clause; undefined where nothing does. */
export function faultOfMessage(name: MessageName, bytes: Uint8Array): string | undefined {
  return findFault(name, bytes, { depth: 0, count: { fields: 0 } });
}
