/*
 * An optimised model says what it was made for. onnxruntime writes weights in the order that the processor's kernels read, and another
 * processor would compute something else from them without a word; so two entries of model metadata are appended to its file (messages of
 * protobuf may be concatenated) and read before it is loaded.
 */
import { appendFile, type FileHandle, open } from 'node:fs/promises';
import protobuf from 'protobufjs/minimal.js';
import { encodeMetadata } from '../../codegen/onnx/messages.ts';

export interface EngineStamp {
  /** E.g. "onnxruntime 1.30.0". */
  readonly runtime: string;
  /** Kernel class of the processor. */
  readonly processor: string;
}

const keys = { runtime: 'rcc.engine.runtime', processor: 'rcc.engine.processor' } as const;

/** onnx.proto3: ModelProto.metadata_props; StringStringEntryProto.key and .value. */
const metadataField = 14;
/** Longer entries are none of ours. */
const longestEntry = 4096;

export async function appendStamp(path: string, stamp: EngineStamp): Promise<void> {
  await appendFile(
    path,
    encodeMetadata({ [keys.runtime]: stamp.runtime, [keys.processor]: stamp.processor }),
  );
}

interface Field {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** The field of a message that begins at `offset`; undefined where the bytes are none. */
async function readField(file: FileHandle, offset: number): Promise<Field | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, offset);
  const reader = protobuf.Reader.create(buffer.subarray(0, bytesRead));
  try {
    const tag = reader.uint32();
    // 2: length-delimited; the others are skipped as they are.
    if ((tag & 7) !== 2) {
      reader.skipType(tag & 7);
      return { number: tag >>> 3, start: offset, end: offset + reader.pos };
    }
    const length = Number(reader.uint64());
    const start = offset + reader.pos;
    return { number: tag >>> 3, start, end: start + length };
  } catch {
    return undefined;
  }
}

async function readEntry(file: FileHandle, field: Field): Promise<[string, string]> {
  const length = field.end - field.start;
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, field.start);
  const reader = protobuf.Reader.create(buffer);
  const entry = { key: '', value: '' };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) entry.key = reader.string();
    else if (tag === 18) entry.value = reader.string();
    else reader.skipType(tag & 7);
  }
  return [entry.key, entry.value];
}

async function readMetadata(file: FileHandle): Promise<Map<string, string>> {
  const metadata = new Map<string, string>();
  const { size } = await file.stat();
  for (let offset = 0; offset < size; ) {
    const field = await readField(file, offset);
    if (!field || field.end > size || field.end <= offset) break;
    if (field.number === metadataField && field.end - field.start <= longestEntry) {
      const [key, value] = await readEntry(file, field);
      metadata.set(key, value);
    }
    offset = field.end;
  }
  return metadata;
}

/** The stamp of an optimised model; undefined for any other file, which onnxruntime may judge. */
export async function readStamp(path: string): Promise<EngineStamp | undefined> {
  const file = await open(path, 'r');
  try {
    const metadata = await readMetadata(file);
    const runtime = metadata.get(keys.runtime);
    const processor = metadata.get(keys.processor);
    return runtime && processor ? { runtime, processor } : undefined;
  } catch {
    // Not a message: onnxruntime says what is wrong with it.
    return undefined;
  } finally {
    await file.close();
  }
}
