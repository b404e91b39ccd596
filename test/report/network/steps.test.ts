import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { outlineOf } from '../../../src/report/network/outline.ts';
import { specOf } from '../../helpers/specs.ts';

const bottleneck = {
  block: 'bottleneck',
  expansion: 4,
  stages: [2, 2],
  widths: [64, 128],
} as const;

/** The first block of the second stage, a step a line. */
function stepsOf(over: Parameters<typeof specOf>[0]): readonly string[] {
  const input = { channels: 3, height: 64, width: 64 };
  const { parts } = outlineOf(lowerSpec(specOf({ ...bottleneck, input, ...over })));
  const steps = parts.find(({ id }) => id === 'stage2')?.groups[0]?.steps ?? [];
  return steps.map(({ text, form }) => (form === 'layer' ? text : `${text} (${form})`));
}

describe('the steps of a block', () => {
  it.each([
    ['groups', { groups: 4, groupWidth: 32 }],
    ['squeeze and excitation', { attention: { kind: 'se', reduce: 16, divisor: 8 } }],
    ['efficient channel attention', { attention: { kind: 'eca' } }],
    ['Res2Net', { multiPath: { kind: 'res2net', scale: 4, start: 'chained', padding: 'ignored' } }],
    [
      'ResNeSt',
      {
        multiPath: {
          kind: 'resnest',
          radix: 2,
          halving: 'after',
          padding: 'ignored',
          divisor: 8,
          bias: true,
        },
      },
    ],
    [
      'selective kernels',
      { multiPath: { kind: 'select', reads: 'halves', reduce: 8, divisor: 16 } },
    ],
    ['dilations', { strides: [1, 1], dilations: [4, 4] }],
  ] as const)('%s', (_, over) => {
    expect(stepsOf(over as never)).toMatchSnapshot();
  });
});
