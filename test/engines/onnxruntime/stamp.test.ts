import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { appendStamp, readStamp } from '../../../engines/onnxruntime/stamp.ts';
import { convModel, encode, modelFolder } from './small-models.ts';

const folder = modelFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stamp = { runtime: 'onnxruntime 1.30.0', processor: 'x64 avx2' };
const path = join(folder, 'model.onnx');

describe('a stamp', () => {
  it('is read back, and the model stays as it was', async () => {
    const model = encode({ ...convModel(), metadataProps: [{ key: 'rcc.model', value: 'small' }] });
    writeFileSync(path, model);
    expect(await readStamp(path)).toBeUndefined();
    await appendStamp(path, stamp);
    expect(await readStamp(path)).toEqual(stamp);
    expect(readFileSync(path).subarray(0, model.length).equals(model)).toBe(true);
  });

  it('is the last one where there are several', async () => {
    writeFileSync(path, encode(convModel()));
    await appendStamp(path, { ...stamp, processor: 'x64 sse' });
    await appendStamp(path, stamp);
    expect(await readStamp(path)).toEqual(stamp);
  });

  it('is not found in what is no model, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        writeFileSync(path, bytes);
        expect(await readStamp(path)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('is not found where the file was cut short', async () => {
    writeFileSync(path, encode(convModel()));
    await appendStamp(path, stamp);
    const whole = readFileSync(path);
    for (let cut = 1; cut < 60; cut++) {
      writeFileSync(path, whole.subarray(0, whole.length - cut));
      expect(await readStamp(path)).toBeUndefined();
    }
  });
});
