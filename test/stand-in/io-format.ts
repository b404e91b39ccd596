/* What the bytes of an input file, and the numbers of an output, become in an engine whose binding has another type or layout than the graph. */
import { readFileSync } from 'node:fs';
import { fromFloat16Bits, toFloat16Bits } from '../../codegen/tensors/float16.ts';
import { log } from './console.ts';
import { FailedRun } from './failures.ts';
import { orderOf, type Release } from './release.ts';

interface Format {
  /** A word of trtexec's: `fp16`. */
  readonly type: string;
  readonly layout: string;
}

const words: Readonly<Record<string, string>> = { float32: 'fp32', float16: 'fp16' };

/** `fp16:hwc8`, or from 11.0 `hwc8` in the graph's own type; nothing: as the graph has it. */
export function formatOf(text: string | undefined, graphType: string): Format {
  const [first = 'chw', second] = text?.split(':') ?? [];
  const type = words[graphType] ?? graphType;
  return second === undefined ? { type, layout: first } : { type: first, layout: second };
}

const bound: Readonly<Record<string, readonly string[]>> = {
  chw2: ['fp16', 'bf16'],
  hwc8: ['fp16', 'bf16'],
  chw4: ['int8', 'fp16'],
  chw16: ['int8', 'fp16'],
};

export function holds(layout: string, type: string): boolean {
  return bound[layout]?.includes(type) ?? true;
}

const sizes: Readonly<Record<string, number>> = { fp32: 4, int32: 4, fp16: 2, bf16: 2, int64: 8 };

/** Where an element of the logical tensor lies, counted in elements; strides as the engine would report them. */
function offsetOf([n, c, h, w]: readonly number[], shape: readonly number[], layout: string) {
  const [, channels = 1, rows = 1, columns = 1] = shape;
  const at = (n ?? 0) * rows * columns;
  const place = (h ?? 0) * columns + (w ?? 0);
  const vector = Number(/\d+/.exec(layout)?.[0] ?? 1);
  const stored = Math.ceil(channels / vector) * vector;
  if (layout.startsWith('hwc')) return (at + place) * stored + (c ?? 0);
  const block = Math.floor((c ?? 0) / vector);
  return at * stored + (block * rows * columns + place) * vector + ((c ?? 0) % vector);
}

/**
 * Reads a file into a buffer of the binding's padded volume. Up to 8.5 the first bytes of a file that is too large are taken
 * (8.5.3 sampleUtils.cpp lines 74–90), from 10.4 those of one that is twice as large (10.4 line 91); anything else is refused.
 */
function readBinding(path: string, sizeBytes: number, { order }: Release): Buffer {
  const bytes = readFileSync(path);
  const isLarger =
    order < orderOf('8.6.0')
      ? bytes.length >= sizeBytes
      : order >= orderOf('10.4.0') && bytes.length === 2 * sizeBytes;
  if (bytes.length === sizeBytes || isLarger) return bytes.subarray(0, sizeBytes);
  log(
    'E',
    `Unexpected file size for input file: ${path}. Note: Input binding size is: ${sizeBytes} bytes but the file size is ${bytes.length} bytes. Double check the size and datatype of the provided data.`,
  );
  throw new FailedRun();
}

function elementAt(buffer: Buffer, at: number, type: string): number {
  if (type === 'fp32') return buffer.readFloatLE(at * 4);
  if (type === 'fp16') return fromFloat16Bits(buffer.readUInt16LE(at * 2));
  if (type === 'bf16') {
    const wide = Buffer.alloc(4);
    wide.writeUInt16LE(buffer.readUInt16LE(at * 2), 2);
    return wide.readFloatLE();
  }
  return type === 'int8' ? buffer.readInt8(at) : buffer.readUInt8(at);
}

/**
 * The text of an output's numbers, in the order of the graph whatever the layout: dumpBuffer of sampleUtils.cpp walks the logical dimensions and
 * takes each number by its strides (8.5.3 and later), print makes floats of halves and numbers of int8, and a stream
 * writes six digits: for `float` six significant ones, of which the stand-in keeps trailing zeros that a stream leaves out.
 */
export function printOutput(values: Iterable<number>, { type }: Format): string {
  const rounded = Array.from(values, (value) => {
    if (type === 'fp16') return fromFloat16Bits(toFloat16Bits(value));
    return type === 'bf16' ? roundToBfloat16(value) : value;
  });
  return rounded.map((value) => value.toPrecision(6)).join(', ');
}

function roundToBfloat16(value: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  const bits = bytes.readUInt32LE();
  bytes.writeUInt32LE(((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000) >>> 0);
  return bytes.readFloatLE();
}

/** The bytes that the graph is run with: the file's, taken out of type and layout of the binding. */
export function readInput(
  path: string,
  format: Format,
  graph: { readonly type: string; readonly shape: readonly number[] },
  release: Release,
): Uint8Array {
  const { type, layout } = format;
  const [n = 1, c = 1, h = 1, w = 1] = graph.shape;
  const vector = Number(/\d+/.exec(layout)?.[0] ?? 1);
  const padded =
    layout === 'chw' || layout === 'hwc'
      ? n * c * h * w
      : n * h * w * Math.ceil(c / vector) * vector;
  const buffer = readBinding(path, padded * (sizes[type] ?? 1), release);
  const values = Float32Array.from({ length: n * c * h * w }, (_, i) => {
    const at = [
      Math.floor(i / (c * h * w)),
      Math.floor(i / (h * w)) % c,
      Math.floor(i / w) % h,
      i % w,
    ];
    return elementAt(buffer, offsetOf(at, graph.shape, layout), type);
  });
  if (graph.type === 'float32') return new Uint8Array(values.buffer);
  if (graph.type === 'float16')
    return new Uint8Array(Uint16Array.from(values, toFloat16Bits).buffer);
  return Uint8Array.from(values);
}
