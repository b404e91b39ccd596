import { describe, expect, test } from 'vitest';
import { residualChains } from '../../../../../codegen/weights/formats/paddle-static/chains.ts';
import type { StaticOperation } from '../../../../../codegen/weights/formats/paddle-static/program.ts';
import { NoNames } from '../../../../../codegen/weights/formats/paddle-static/static-names.ts';

/** A program under construction; `steps` counts how often an operation's inputs are asked for. */
function programOf() {
  const parameters = new Map([[0, { name: 'w', shape: [1] }]]);
  const operations: StaticOperation[] = [];
  const count = { steps: 0 };
  /** Adds an operation that gives the value `output`, a new one unless it is named. */
  const add = (type: string, inputs: readonly number[], output = -operations.length - 1) => {
    operations.push({
      type,
      outputs: [output],
      get inputs() {
        count.steps++;
        return inputs;
      },
    });
    return output;
  };
  const convolve = (input: number, layers: number): number => {
    let value = add('batch_norm_', [add('conv2d', [input, 0])]);
    for (let layer = 1; layer < layers; layer++) {
      value = add('batch_norm_', [add('conv2d', [add('relu', [value]), 0])]);
    }
    return value;
  };
  const finish = (value: number) => {
    const pooled = add('flatten', [add('pool2d', [add('relu', [value])])]);
    add('fetch', [add('matmul', [pooled, 0])]);
  };
  return { program: { parameters, operations }, count, add, convolve, finish };
}

describe('residualChains', () => {
  test.each([
    ['short', 100, 2],
    ['long', 20, 100],
  ])('takes a few steps an operation: %s blocks', (_, blocks, layers) => {
    const { program, count, add, convolve, finish } = programOf();
    let value = add('relu', [convolve(add('data', []), 1)]);
    let sum = value;
    for (let block = 0; block < blocks; block++) {
      sum = add('add', [value, convolve(value, layers)]);
      value = add('relu', [sum]);
    }
    finish(sum);
    expect(residualChains(program).blocks).toHaveLength(blocks);
    expect(count.steps).toBeLessThan(5 * program.operations.length);
  });

  test('ends at the first addition that it has met before', () => {
    const { program, count, add, convolve, finish } = programOf();
    const sum = 1;
    const value = add('relu', [sum]);
    add('add', [value, convolve(value, 400)], sum);
    finish(sum);
    expect(() => residualChains(program)).toThrow(
      new NoNames('its additions lead back to themselves'),
    );
    expect(count.steps).toBeLessThan(5 * program.operations.length);
  });

  test('ends where additions lead to each other in a ring', () => {
    const { program, count, add, convolve, finish } = programOf();
    const ring = [1, 2, 3];
    for (const [at, sum] of ring.entries()) {
      const value = add('relu', [ring[(at + 1) % ring.length] as number]);
      add('add', [value, convolve(value, 100)], sum);
    }
    finish(1);
    expect(() => residualChains(program)).toThrow('lead back to themselves');
    expect(count.steps).toBeLessThan(5 * program.operations.length);
  });
});
