import type { AntiAlias } from '../../src/language/spec.ts';
import type { Step } from './step.ts';

/** What halves a map in a strided convolution's place; no steps: the convolution itself. */
export function halvingSteps(path: string, antiAlias: AntiAlias): readonly Step[] {
  const own = `${path}/halve`;
  if (antiAlias === 'blur') return [{ kind: 'blur', path: own }];
  if (antiAlias === 'none') return [];
  return [{ kind: 'averageWindow', path: own, window: 2, stride: 2, pads: [0, 0], counted: false }];
}
