import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TritonConfig } from '../../../src/deploy/triton/model-config.ts';
import { parseConfig, printConfig } from '../../../src/deploy/triton/pbtxt.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const dims = fc.array(
  fc.integer({ min: -1, max: 1e6 }).filter((dim) => dim !== 0),
  {
    minLength: 1,
    maxLength: 4,
  },
);
const type = fc.constantFrom('TYPE_FP32', 'TYPE_FP16', 'TYPE_UINT8');
const record = <T>(value: fc.Arbitrary<T>) => fc.dictionary(name, value, { maxKeys: 3 });

const config: fc.Arbitrary<TritonConfig> = fc.record({
  name,
  backend: name,
  max_batch_size: fc.integer({ min: 1, max: 1000 }),
  input: fc.array(fc.record({ name, data_type: type, dims }), { maxLength: 2 }),
  output: fc.array(fc.record({ name, data_type: type, dims, label_filename: name }), {
    maxLength: 2,
  }),
  instance_group: fc.constant([]),
  cc_model_filenames: record(name),
  dynamic_batching: fc.record({
    preferred_batch_size: fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 3 }),
  }),
  parameters: record(fc.record({ string_value: name })),
  model_warmup: fc.array(
    fc.record({
      name,
      batch_size: fc.integer({ min: 1, max: 64 }),
      inputs: record(fc.record({ data_type: type, dims, zero_data: fc.constant(true) })),
    }),
    { maxLength: 2 },
  ),
});

describe('config.pbtxt', () => {
  it('is read as it was printed', async () => {
    await fc.assert(
      fc.asyncProperty(config, async (one) => {
        // What is printed is read, printed and read again: the same text and the same data.
        const text = printConfig(one);
        const read = parseConfig(text, 'x');
        expect(printConfig(read)).toBe(text);
        const plain = (value: TritonConfig) => JSON.parse(JSON.stringify(value));
        expect(plain(read)).toMatchObject(plain(one));
      }),
    );
  });

  it.each([
    ['max_batchsize: 8', "unknown field 'max_batchsize'"],
    ['maxBatchSize: 8', "unknown field 'maxBatchSize'"],
    ['input [ { data_type: TYPE_F32 } ]', 'enum value expected'],
    ['max_batch_size: "eight"', 'integer value expected'],
    ['dynamic_batching {', "expected '}'"],
    ['version_policy { latest { num_versions: 1 } all { } }', 'multiple values'],
  ])('is refused as Triton refuses it: %s', (text, reason) => {
    expect(() => parseConfig(text, 'config.pbtxt')).toThrow(reason);
    expect(() => parseConfig(text, 'config.pbtxt')).toThrow('triton-config-unreadable');
  });
});
