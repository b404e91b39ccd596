import { ownValue } from '../../src/collections/own-value.ts';
import type { EngineDataType } from './layer.ts';

/** The words that releases use for types, in lower case. */
const typeWords: Readonly<Record<string, EngineDataType>> = {
  fp32: 'float32',
  f32: 'float32',
  float: 'float32',
  float32: 'float32',
  tf32: 'float32',
  fp16: 'float16',
  half: 'float16',
  f16: 'float16',
  float16: 'float16',
  bf16: 'bfloat16',
  bfloat16: 'bfloat16',
  fp8: 'float8',
  fp8e4m3: 'float8',
  fp8e4m3fn: 'float8',
  e4m3: 'float8',
  fp4: 'float4',
  int8: 'int8',
  i8: 'int8',
  u8: 'uint8',
  i32: 'int32',
  i64: 'int64',
  boolean: 'bool',
  uint8: 'uint8',
  int4: 'int4',
  int32: 'int32',
  int64: 'int64',
  bool: 'bool',
};

/** Whether quantisers make numbers of this type. */
export function isQuantizedType(type: EngineDataType | undefined): boolean {
  return type === 'int8' || type === 'uint8' || type === 'float8';
}

/** Whether a type is the one that was asked for: int8 has a sign or none, as the numbers need. */
export function isAskedType(type: EngineDataType | undefined, asked: EngineDataType): boolean {
  return type === asked || (asked === 'int8' && type === 'uint8');
}

/** The type in `Half`, `kHALF` or `Channel major FP16 format where channel % 8 == 0`; undefined where no word is one. */
export function dataTypeOf(text: string | undefined): EngineDataType | undefined {
  for (const word of text?.toLowerCase().match(/[a-z]+[a-z0-9]*/g) ?? []) {
    const type = ownValue(typeWords, word) ?? ownValue(typeWords, word.replace(/^k/, ''));
    if (type) return type;
  }
  return undefined;
}

const vectorWords: Readonly<Record<string, number>> = {
  two: 2,
  four: 4,
  eight: 8,
  sixteen: 16,
  'thirty-two': 32,
};

/** Channels are stored in multiples of this many: 8 of `channel % 8 == 0`, 32 of `Thirty-two wide channel vectorized`. */
export function channelMultiple(format: string | undefined): number {
  const modulo = /channel\s*%\s*(\d{1,3})\s*==\s*0/i.exec(format ?? '')?.[1];
  if (modulo) return Number(modulo);
  const word = /(two|four|eight|sixteen|thirty-two) wide/i.exec(format ?? '')?.[1];
  return word ? (ownValue(vectorWords, word.toLowerCase()) ?? 1) : 1;
}
