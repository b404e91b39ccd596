/** Indices of the `k` largest values, largest first; equal values in order of their index, NaN last. */
export function topIndices(values: Float64Array, k: number): number[] {
  const top: number[] = [];
  const valueAt = (index: number): number => {
    const value = values[index] as number;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  for (let index = 0; index < values.length; index++) {
    let place = top.length;
    while (place > 0 && valueAt(top[place - 1] as number) < valueAt(index)) place--;
    if (place < k) top.splice(place, 0, index);
    if (top.length > k) top.pop();
  }
  return top;
}

/** A change of the most likely class. */
export interface Flip {
  readonly image: number;
  readonly expectedClass: number;
  readonly actualClass: number;
  /** How far apart the expected logits of the two classes are, in standard deviations of all of them. */
  readonly margin: number;
  /** The two are nearer than the precision can tell apart. */
  readonly tie: boolean;
}

/** How the ranking of classes was kept, over all images. */
export interface RankingComparison {
  /** Share of images with the same most likely class. */
  readonly top1Agreement: number;
  /** Mean share of an image's five most likely classes that are among the actual five. */
  readonly top5Agreement: number;
  readonly flipCount: number;
  /** Flips that were no ties. */
  readonly realFlipCount: number;
  /** The first flips, at most 20. */
  readonly flips: readonly Flip[];
  /** Where the expected two most likely classes are nearest to each other; absent with one class. */
  readonly tightest?: {
    readonly image: number;
    readonly absolute: number;
    readonly relative: number;
  };
}

interface Ranked {
  readonly image: number;
  readonly shared5: number;
  readonly margin: number;
  readonly flip: Omit<Flip, 'tie'> | undefined;
}

function rankImage(image: number, actual: Float64Array, expected: Float64Array): Ranked {
  const expectedTop = topIndices(expected, 5);
  const actualTop = topIndices(actual, 5);
  const [expectedClass = 0, second] = expectedTop;
  const [actualClass = 0] = actualTop;
  const marginTo = (index: number | undefined): number =>
    index === undefined
      ? Number.POSITIVE_INFINITY
      : Number(expected[expectedClass]) - Number(expected[index]);
  return {
    image,
    shared5: expectedTop.filter((index) => actualTop.includes(index)).length / expectedTop.length,
    margin: marginTo(second),
    flip:
      actualClass === expectedClass
        ? undefined
        : { image, expectedClass, actualClass, margin: marginTo(actualClass) },
  };
}

/** `spread` is the unit of margins; two logits nearer than `tieMargin` of it are a tie. */
export function compareRankings(
  images: readonly { readonly actual: Float64Array; readonly expected: Float64Array }[],
  spread: number,
  tieMargin: number,
): RankingComparison {
  const ranked = images.map(({ actual, expected }, image) => rankImage(image, actual, expected));
  const flips = ranked.flatMap(({ flip }) => {
    if (!flip) return [];
    const margin = flip.margin / spread;
    return [{ ...flip, margin, tie: margin <= tieMargin }];
  });
  const tightest = ranked.reduce((least, next) => (next.margin < least.margin ? next : least));
  return {
    top1Agreement: 1 - flips.length / ranked.length,
    top5Agreement: ranked.reduce((sum, { shared5 }) => sum + shared5, 0) / ranked.length,
    flipCount: flips.length,
    realFlipCount: flips.filter(({ tie }) => !tie).length,
    flips: flips.slice(0, 20),
    ...(Number.isFinite(tightest.margin)
      ? {
          tightest: {
            image: tightest.image,
            absolute: tightest.margin,
            relative: tightest.margin / spread,
          },
        }
      : {}),
  };
}
