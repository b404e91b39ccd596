import { describe, expect, it } from 'vitest';
import { mostFields } from '../../../codegen/onnx/check-message.ts';
import { mostTensors, readOnnx } from '../../../codegen/onnx/read.ts';
import { expectDiagnostic, memorySource } from '../../helpers/byte-sources.ts';
import { field } from '../../helpers/wire.ts';

async function refusalOf(bytes: Uint8Array): Promise<string> {
  const work = () => readOnnx(memorySource(bytes, 'model.onnx'));
  return (await expectDiagnostic(work, 'onnx-malformed')).message;
}

describe('what a model is made of', () => {
  it.each([
    ['nodes', Uint8Array.of(0x0a, 0), mostFields],
    ['tensors', field(5, Uint8Array.of(0x10, 1, 0x4a, 4, 0, 0, 0, 0)), mostTensors],
  ])('has no more %s than any network', async (_, one, most) => {
    const many = new Uint8Array(one.length * (most + 1));
    for (let i = 0; i <= most; i++) many.set(one, i * one.length);
    expect(await refusalOf(field(7, many))).toContain(`more than ${most}`);
  });
  it('has no lists of more than a million numbers', async () => {
    const ints = new Uint8Array(mostFields + 1);
    expect(await refusalOf(field(7, field(1, field(5, field(8, ints)))))).toContain(
      'values beside',
    );
  });
});
