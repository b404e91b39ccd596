import { describe, expect, test } from 'vitest';
import {
  tensorrtIntent,
  tensorrtIntentSchema,
} from '../../../../engines/tensorrt/planning/intent.ts';
import { rowOf, tensorrtOptionRows } from '../../../../engines/tensorrt/planning/option-rows.ts';
import { tensorrtOptionsSchema } from '../../../../engines/tensorrt/planning/options.ts';
import { tensorrtTarget } from '../../../../engines/tensorrt/target.ts';
import { timingRows } from '../../../../engines/timing-rows.ts';
import { diagnosticsOf } from '../helpers.ts';

const machineKeys = ['trtexec', 'trt', 'gpu'];

test('every option has a row, and no row is without one', () => {
  const keys = Object.keys(tensorrtOptionsSchema.shape);
  expect(tensorrtOptionRows.map(({ key }) => key).sort()).toEqual(keys.sort());
});

test('every part of the intent but precision and batches has a row, there or among those of timing', () => {
  const others = ['precision', 'batches'];
  const keys = Object.keys(tensorrtIntentSchema.shape).filter((key) => !others.includes(key));
  const rows = [...tensorrtOptionRows, ...timingRows].map(({ key }) => key);
  expect(rows.filter((key) => !machineKeys.includes(key)).sort()).toEqual(keys.sort());
});

test('options of the machine are those that are no part of the intent', () => {
  const rows = tensorrtOptionRows.filter(({ group }) => group === 'machine');
  expect(rows.map(({ key }) => key)).toEqual(machineKeys);
});

test('a row of timing allows what the intent allows', () => {
  for (const { key, least, most } of timingRows) {
    for (const value of [least, most]) expect(tensorrtIntent({ [key]: value })[key]).toBe(value);
    for (const value of [least - 1, most + 1]) {
      expect(() => tensorrtIntent({ [key]: value })).toThrow();
    }
  }
});

test('names and texts are those of a help page', () => {
  const rows = [...tensorrtOptionRows, ...timingRows];
  for (const { flags, doc, default: words } of rows) {
    expect(flags).toMatch(/^--[a-z0-9-]+( <[^<>]+>)?$/);
    expect(doc).toMatch(/^([A-Z]|trtexec\b).*\.$/);
    expect(words).not.toBe('');
  }
  expect(new Set(rows.map(({ flags }) => flags)).size).toBe(rows.length);
});

test('a row is found by its key, and a key without one is a bug', () => {
  expect(tensorrtOptionRows.map(({ key }) => rowOf(key))).toEqual(tensorrtOptionRows);
  expect(() => rowOf('constructor' as 'device')).toThrow('TensorRT has no option constructor');
});

describe('reading', () => {
  test('texts become values', async () => {
    const options = await tensorrtTarget.read({
      trtexec: 'ssh host trtexec',
      trt: '10.4',
      gpu: 't4',
      profile: '1:4:8',
      workspaceMiB: '2048',
      inputFormat: 'FP16:hwc8',
      outputFormat: 'chw',
      transfers: false,
      tf32: true,
      percentiles: '50,99.9',
      buildArguments: ['--maxTactics=1'],
    });
    expect(options).toMatchObject({
      trtexec: 'ssh host trtexec',
      trt: '10.4',
      gpu: 't4',
      profile: { min: 1, opt: 4, max: 8 },
      workspaceMiB: 2048,
      inputFormat: { type: 'fp16', layout: 'hwc8' },
      outputFormat: { layout: 'chw' },
      transfers: false,
      tf32: true,
      percentiles: [50, 99.9],
      buildArguments: ['--maxTactics=1'],
    });
  });

  test('nothing given is every default', async () => {
    const read = await tensorrtTarget.read({});
    expect(tensorrtIntent(read)).toEqual(tensorrtIntent());
    expect(machineKeys.filter((key) => key in read)).toEqual([]);
  });

  test.each([
    [{ profile: '8:4:1' }, '--profile'],
    [{ profile: '1:4' }, '--profile'],
    [{ profile: '1:2:3:4' }, '--profile'],
    [{ optimizationLevel: '6' }, '--optimization-level'],
    [{ inputFormat: 'fp16:nchw' }, '--input-format'],
    [{ typing: 'strict' }, '--typing'],
    [{ percentiles: '50,101' }, '--percentiles'],
    [{ timeoutS: '0' }, '--timeout'],
    [{ device: '1,2' }, '--device'],
    [{ timingCache: '' }, '--timing-cache'],
  ])('%j is refused by name', async (texts, flag) => {
    const diagnostics = await diagnosticsOf(tensorrtTarget.read(texts));
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(['option-value']));
    const [text] = Object.values(texts);
    for (const { message } of diagnostics) {
      expect(message.startsWith(`${flag} cannot be '${text}': `)).toBe(true);
    }
  });

  test('all mistakes at once', async () => {
    const wrong = { optimizationLevel: '9', streams: '0', sparsity: 'some' };
    const diagnostics = await diagnosticsOf(tensorrtTarget.read(wrong));
    expect(diagnostics.map(({ message }) => message.split(' ', 1)[0]).sort()).toEqual([
      '--optimization-level',
      '--sparsity',
      '--streams',
    ]);
  });
});
