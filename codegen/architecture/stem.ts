import type { StemKind } from '../../src/language/spec.ts';
import { convNormRelu, type Step } from './step.ts';

interface StemForm {
  readonly convs: number;
  readonly kernel: number;
  /** Of the first convolution. */
  readonly stride: number;
  /** Whether a 3×3 max pool of stride 2 follows. */
  readonly pool: boolean;
}

export const stemForms: Readonly<Record<StemKind, StemForm>> = {
  conv7: { convs: 1, kernel: 7, stride: 2, pool: true },
  deep: { convs: 3, kernel: 3, stride: 2, pool: true },
  conv3: { convs: 1, kernel: 3, stride: 1, pool: false },
};

const pool: Step = { kind: 'maxPool', path: 'stem/pool', window: 3, stride: 2 };

/** From the input to what stage 1 reads: [N, C, H, W] → [N, last width, H/4, W/4] (conv3: sides stay). */
export function stemSteps(stem: StemKind, widths: readonly number[]): readonly Step[] {
  const form = stemForms[stem];
  const convs = widths.flatMap((channels, index) => {
    const stride = index === 0 ? form.stride : 1;
    return convNormRelu(`stem/conv${index + 1}`, { channels, kernel: form.kernel, stride });
  });
  return form.pool ? [...convs, pool] : convs;
}
