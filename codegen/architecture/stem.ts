import type { Spec, StemKind } from '../../src/language/spec.ts';
import { halvingSteps } from './halving.ts';
import { convNormRelu, type Step } from './step.ts';

interface StemForm {
  readonly convs: number;
  readonly kernel: number;
  /** Of the first convolution. */
  readonly stride: number;
}

export const stemForms: Readonly<Record<StemKind, StemForm>> = {
  conv7: { convs: 1, kernel: 7, stride: 2 },
  deep: { convs: 3, kernel: 3, stride: 2 },
  conv3: { convs: 1, kernel: 3, stride: 1 },
};

type StemOptions = Pick<Spec, 'stem' | 'stemWidths' | 'stemPool' | 'antiAlias'>;

function poolSteps({ stemPool, stemWidths, antiAlias }: StemOptions): readonly Step[] {
  const path = 'stem/pool';
  const channels = stemWidths.at(-1) ?? 0;
  if (stemPool === 'none') return [];
  if (stemPool === 'conv') return convNormRelu(path, { channels, kernel: 3, stride: 2 });
  // An average stands in the pool's place, a filter behind it.
  const pool = (stride: number): Step => ({ kind: 'maxPool', path, window: 3, stride });
  if (antiAlias === 'none') return [pool(2)];
  return [...(antiAlias === 'blur' ? [pool(1)] : []), ...halvingSteps(path, antiAlias)];
}

/** From the input to what stage 1 reads: [N, C, H, W] → [N, last width, H/4, W/4] (conv3: sides stay). */
export function stemSteps(options: StemOptions): readonly Step[] {
  const form = stemForms[options.stem];
  const convs = options.stemWidths.flatMap((channels, index) => {
    const stride = index === 0 ? form.stride : 1;
    return convNormRelu(`stem/conv${index + 1}`, { channels, kernel: form.kernel, stride });
  });
  return [...convs, ...poolSteps(options)];
}
