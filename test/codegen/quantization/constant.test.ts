import { expect, it } from 'vitest';
import { constantSource, fixedInitializer } from '../../../codegen/quantization/constant.ts';
import { floatsOf } from '../../helpers/tensors.ts';

it('gives the numbers of a view, each time in an array of its own', async () => {
  const values = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  const source = constantSource('float32', [2], values);
  expect([source.dataType, source.shape]).toEqual(['float32', [2]]);
  (await floatsOf(source)).fill(9);
  expect([...(await floatsOf(source))]).toEqual([2, 3]);
});

it('is fixed, and has a source where it has numbers', () => {
  const source = constantSource('int8', [], Int8Array.of(5));
  expect(fixedInitializer('zero', 'int8', [], source)).toEqual({
    name: 'zero',
    type: { dataType: 'int8', shape: [] },
    fixed: true,
    source,
  });
  expect(fixedInitializer('zero', 'int8', [])).toEqual({
    name: 'zero',
    type: { dataType: 'int8', shape: [] },
    fixed: true,
  });
});
