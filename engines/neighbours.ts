/*
 * What embeddings are for is to tell which pictures are nearest to one: their order by cosine, seen from each of the inputs, is what has to stay.
 */
import { cosineOf } from './vectors.ts';

/** Two neighbours of an image among the inputs. */
export interface NeighbourPair {
  readonly image: number;
  readonly nearer: number;
  readonly farther: number;
  /** How far their expected cosines lie apart. */
  readonly margin: number;
}

/** How the order of each image's neighbours among the others was kept. */
export interface NeighbourComparison {
  /** Pairs of neighbours, seen from each image. */
  readonly pairs: number;
  readonly swapped: number;
  /** Those of them that were no ties. */
  readonly realSwaps: number;
  /** The widest of those that changed places. */
  readonly widest?: NeighbourPair;
}

/** Images that are compared with each other; the time is that of their third power. */
const mostImages = 64;

function similarities(vectors: readonly Float64Array[]): readonly (readonly number[])[] {
  return vectors.map((a) => vectors.map((b) => cosineOf(a, b)));
}

/** Each two neighbours of each image, the nearer one first. */
function* pairsOf(expected: readonly (readonly number[])[]): Generator<NeighbourPair> {
  for (const [image, own] of expected.entries()) {
    const others = own.flatMap((cosine, other) => (other === image ? [] : [{ other, cosine }]));
    const ordered = others.toSorted((a, b) => b.cosine - a.cosine);
    for (const [place, near] of ordered.entries()) {
      for (const far of ordered.slice(place + 1)) {
        const margin = near.cosine - far.cosine;
        if (margin > 0) yield { image, nearer: near.other, farther: far.other, margin };
      }
    }
  }
}

/** `tie`: two neighbours whose expected cosines are nearer may change places. Undefined: fewer than three images have no order. */
export function compareNeighbours(
  images: readonly { readonly actual: Float64Array; readonly expected: Float64Array }[],
  tie: number,
): NeighbourComparison | undefined {
  const some = images.slice(0, mostImages);
  if (some.length < 3) return undefined;
  const actual = similarities(some.map((image) => image.actual));
  const pairs = [...pairsOf(similarities(some.map((image) => image.expected)))];
  const cosine = (image: number, other: number): number => actual[image]?.[other] ?? 0;
  const swapped = pairs.filter(
    ({ image, nearer, farther }) => !(cosine(image, nearer) > cosine(image, farther)),
  );
  const [widest] = swapped.toSorted((a, b) => b.margin - a.margin);
  return {
    pairs: pairs.length,
    swapped: swapped.length,
    realSwaps: swapped.filter(({ margin }) => margin > tie).length,
    ...(widest ? { widest } : {}),
  };
}
