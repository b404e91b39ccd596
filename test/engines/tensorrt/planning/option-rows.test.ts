import { describe, expect, test } from 'vitest';
import {
  tensorrtIntent,
  tensorrtIntentSchema,
} from '../../../../engines/tensorrt/planning/intent.ts';
import { tensorrtOptionRows } from '../../../../engines/tensorrt/planning/option-rows.ts';
import { readTensorrtIntent } from '../../../../engines/tensorrt/planning/read-intent.ts';
import { diagnosticsOf } from '../helpers.ts';

test('every part of the intent but the precision has a row, and no row is without one', () => {
  const keys = Object.keys(tensorrtIntentSchema.shape).filter((key) => key !== 'precision');
  expect(tensorrtOptionRows.map(({ key }) => key).sort()).toEqual(keys.sort());
});

test('names and texts are those of a help page', () => {
  for (const { flags, doc, default: words } of tensorrtOptionRows) {
    expect(flags).toMatch(/^--[a-z0-9-]+( <[^<>]+>)?$/);
    expect(doc).toMatch(/^[A-Z].*\.$/);
    expect(words).not.toBe('');
  }
  expect(new Set(tensorrtOptionRows.map(({ flags }) => flags)).size).toBe(
    tensorrtOptionRows.length,
  );
});

describe('reading', () => {
  test('texts become values', () => {
    const intent = readTensorrtIntent({
      batches: '1,8',
      profile: '1:4:8',
      workspaceMiB: '2048',
      inputFormat: 'FP16:hwc8',
      outputFormat: 'chw',
      transfers: false,
      buildArguments: ['--maxTactics=1'],
    });
    expect(intent).toMatchObject({
      batches: [1, 8],
      profile: { min: 1, opt: 4, max: 8 },
      workspaceMiB: 2048,
      inputFormat: { type: 'fp16', layout: 'hwc8' },
      outputFormat: { layout: 'chw' },
      transfers: false,
      buildArguments: ['--maxTactics=1'],
    });
  });

  test('nothing given is every default', () => {
    expect(readTensorrtIntent({})).toEqual(tensorrtIntent());
  });

  test.each([
    [{ batches: '1,x' }, '--batch'],
    [{ batches: '0' }, '--batch'],
    [{ profile: '8:4:1' }, '--profile'],
    [{ profile: '1:4' }, '--profile'],
    [{ profile: '1:2:3:4' }, '--profile'],
    [{ optimizationLevel: '6' }, '--optimization-level'],
    [{ inputFormat: 'fp16:nchw' }, '--input-format'],
    [{ typing: 'strict' }, '--typing'],
    [{ percentiles: '50,101' }, '--percentiles'],
    [{ timeoutS: '0' }, '--timeout'],
  ])('%j is refused by name', async (texts, flag) => {
    const diagnostics = await diagnosticsOf((async () => readTensorrtIntent(texts))());
    expect(diagnostics.map(({ code }) => code)).toContain('tensorrt-option-value');
    for (const { message } of diagnostics)
      expect(message.startsWith(`${flag} cannot be`)).toBe(true);
  });

  test('all mistakes at once', async () => {
    const wrong = { optimizationLevel: '9', streams: '0', sparsity: 'some' };
    const diagnostics = await diagnosticsOf((async () => readTensorrtIntent(wrong))());
    expect(diagnostics).toHaveLength(3);
  });
});
