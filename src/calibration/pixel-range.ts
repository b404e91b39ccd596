/* What numbers pictures become, and what is likely wrong with numbers that they cannot become. */
import { greatest, least } from '../collections/extremes.ts';
import type { Preprocess } from '../language/spec.ts';
import type { ChannelRange } from './inspect-inputs.ts';

/*
 * How far numbers may lie outside of what pixels of 0 to 255 become, in widths of that range (1 / std). Resizing normalised pictures overshoots by less
 * than a tenth. Normal noise, with which networks are tried, stays within one width; pixels that were not scaled are a hundred beyond.
 */
export const overshoot = 0.1;
export const farBeyond = 1;

/** What the darkest and the lightest pixel become. */
export function rangeOfPixels({ mean, std }: Preprocess): readonly ChannelRange[] {
  return mean.map((average, channel) => {
    const deviation = std[channel] ?? 1;
    return { least: -average / deviation, most: (1 - average) / deviation };
  });
}

/** The range of all channels together. */
export function whole(ranges: readonly ChannelRange[]): ChannelRange {
  return {
    least: least(ranges.map((range) => range.least)),
    most: greatest(ranges.map((range) => range.most)),
  };
}

/** How far the numbers lie outside of what pixels become, in widths of the channel's range; 0 or less: inside. */
export function beyondPixels(
  seen: readonly ChannelRange[],
  possible: readonly ChannelRange[],
): number {
  const distances = possible.map(({ least, most }, channel) => {
    const own = seen[channel] ?? { least, most };
    return Math.max(least - own.least, own.most - most) / (most - least);
  });
  return greatest(distances);
}

/** A mistake that leaves numbers between `least` and `most`, as far as pixels of 0 to 255 reach. */
interface Mistake extends ChannelRange {
  readonly hint: string;
}

function mistakesOf({ least, most }: ChannelRange): readonly Mistake[] {
  const width = most - least;
  return [
    {
      ...{ least: 0, most: 255 },
      hint: 'They look like pixels of 0 to 255: divide them by 255, subtract the mean and divide by the standard deviation of `preprocess`.',
    },
    {
      ...{ least: least - overshoot * width, most: 255 * width },
      hint: 'They look as if pixels of 0 to 255 were normalised without being divided by 255 first.',
    },
    {
      ...{ least: -255, most: 255 },
      hint: 'They look like pixels of 0 to 255 of which a mean was subtracted: divide by 255 first, and by the standard deviation of `preprocess` at the end.',
    },
  ];
}

/** Part of what a mistake allows that numbers must fill to look like it. */
const tellingShare = 0.2;

/** What the most likely mistake behind numbers is that no picture gives; undefined where they look like none. */
export function likelyCause(
  { least, most }: ChannelRange,
  possible: ChannelRange,
): string | undefined {
  const fits = (mistake: Mistake) =>
    least >= mistake.least && most <= mistake.most && most > tellingShare * mistake.most;
  return mistakesOf(possible).find(fits)?.hint;
}

/** Numbers of 0 to 1 where the preprocessing goes below 0: pictures without a dark pixel hardly exist. */
export function isNotNormalised(seen: ChannelRange, possible: ChannelRange): boolean {
  return seen.least >= 0 && seen.most <= 1 && possible.least < -overshoot && possible.most > 1;
}
