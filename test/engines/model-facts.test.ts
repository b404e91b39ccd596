import { expect, test } from 'vitest';
import { fixedBatch, hasFreeBatch, shapeText } from '../../engines/model-facts.ts';
import { factsOf } from './tensorrt/helpers.ts';

const free = { name: 'x', dataType: 'float32', shape: ['N', 3, 8, 8] } as const;
const fixed = { name: 'scale', dataType: 'float32', shape: [4, 3] } as const;

test('a batch is free where any input leaves it so', () => {
  expect(hasFreeBatch(factsOf({ inputs: [free] }))).toBe(true);
  expect(hasFreeBatch(factsOf({ inputs: [fixed, free] }))).toBe(true);
  expect(hasFreeBatch(factsOf({ inputs: [fixed] }))).toBe(false);
  expect(hasFreeBatch(factsOf({ inputs: [] }))).toBe(false);
});

test('a fixed batch is the first size of the first input', () => {
  expect(fixedBatch(factsOf({ inputs: [fixed, free] }))).toBe(4);
  expect(fixedBatch(factsOf({ inputs: [free, fixed] }))).toBeUndefined();
  expect(fixedBatch(factsOf({ inputs: [{ ...fixed, shape: [] }] }))).toBeUndefined();
  expect(fixedBatch(factsOf({ inputs: [] }))).toBeUndefined();
});

test('shapes are given for the inputs with a free batch alone', () => {
  const other = { name: 'y', dataType: 'float32', shape: ['N', 10] } as const;
  expect(shapeText(factsOf({ inputs: [free, fixed, other] }), 4)).toBe('x:4x3x8x8,y:4x10');
});
