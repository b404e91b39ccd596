/* The warning of int8 and fp8 graphs whose convolutions are in groups. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Precision } from '../../codegen/precisions.ts';
import { compileSpec } from '../../src/compile/compile.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { chooseTarget } from '../../src/targets/choose-target.ts';
import { readTargetIntent } from '../../src/targets/target-options.ts';
import { specWith } from '../helpers/language.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-grouped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a compilation with made-up weights says of groups. */
async function notesOf(
  properties: string,
  precision: Precision,
  trt?: string,
): Promise<readonly string[]> {
  const spec = await specWith(
    `block bottleneck stages [1, 1] widths [8, 16] input 32 ${properties}`,
  );
  const { intent } = await readTargetIntent('onnx', trt === undefined ? {} : { trt });
  const notes: Diagnostic[] = [];
  await compileSpec(spec, {
    target: await chooseTarget(intent, { precision, env: {} }),
    directory: join(folder, precision),
    verify: false,
    listener: { onNote: (note) => notes.push(note) },
  });
  return notes.flatMap(({ code, message }) => (code === 'int8-grouped' ? [message] : []));
}

describe('int8-grouped', () => {
  it('counts convolutions in groups', async () => {
    expect(await notesOf('groups 4', 'int8')).toEqual([
      expect.stringMatching(/: 2 of 9 convolutions are in groups, which INT8 makes no faster/),
    ]);
    expect(await notesOf('groups 4', 'fp8', '10.16')).toEqual([
      expect.stringMatching(/which FP8 makes no faster/),
    ]);
  });

  it('is of no other precision and no network without groups', async () => {
    expect(await notesOf('groups 4', 'fp16')).toEqual([]);
    expect(await notesOf('', 'int8')).toEqual([]);
  });

  it('does not count filters of one channel each', async () => {
    expect(await notesOf('anti-alias blur', 'int8')).toEqual([]);
  });
});
