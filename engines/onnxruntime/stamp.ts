/*
 * An optimised model says what it was made for. onnxruntime writes weights in the order that the processor's kernels read, and another
 * processor would compute something else from them without a word; so two entries of model metadata are appended to its file (messages of
 * protobuf may be concatenated) and read before it is loaded.
 */
import { appendFile } from 'node:fs/promises';
import protobuf from 'protobufjs/minimal.js';
import { encodeMetadata } from '../../codegen/onnx/messages.ts';
import type { ByteSource } from '../../codegen/tensors/byte-source.ts';
import { createFileByteSource } from '../../src/io/file-byte-source.ts';

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
/** Tag and length of a field, both varints. */
const longestHead = 20;

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
async function readField(file: ByteSource, offset: number): Promise<Field | undefined> {
  const bytes = await file.read(offset, Math.min(longestHead, file.sizeBytes - offset));
  const reader = protobuf.Reader.create(bytes);
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

async function readEntry(file: ByteSource, field: Field): Promise<[string, string]> {
  const reader = protobuf.Reader.create(await file.read(field.start, field.end - field.start));
  const entry = { key: '', value: '' };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) entry.key = reader.string();
    else if (tag === 18) entry.value = reader.string();
    else reader.skipType(tag & 7);
  }
  return [entry.key, entry.value];
}

async function readMetadata(file: ByteSource): Promise<Map<string, string>> {
  const metadata = new Map<string, string>();
  const { sizeBytes } = file;
  for (let offset = 0; offset < sizeBytes; ) {
    const field = await readField(file, offset);
    if (!field || field.end > sizeBytes || field.end <= offset) break;
    if (field.number === metadataField && field.end - field.start <= longestEntry) {
      const [key, value] = await readEntry(file, field);
      metadata.set(key, value);
    }
    offset = field.end;
  }
  return metadata;
}

/** The stamp of an optimised model; undefined for any other file, which onnxruntime may judge. DiagnosticError where there is no regular file. */
export async function readStamp(path: string): Promise<EngineStamp | undefined> {
  const file = createFileByteSource(path, 'model');
  try {
    const metadata = await readMetadata(file);
    const runtime = metadata.get(keys.runtime);
    const processor = metadata.get(keys.processor);
    return runtime && processor ? { runtime, processor } : undefined;
  } catch {
    // Not a message: onnxruntime says what is wrong with it.
    return undefined;
  } finally {
    file.close();
  }
}
