/** A 32-bit hash of a text and a seed (FNV-1a, then murmur3's finalizer): where a tensor's stream begins. */
export function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A stream of numbers from integer arithmetic alone: no logarithm or cosine whose last bit differs among machines. */
export interface RandomStream {
  /** 0 to below 1. */
  uniform(): number;
  /** Mean 0, deviation 1; never beyond 3.5. */
  normal(): number;
  /** Fills with normal numbers times `scale`. */
  fillNormal(values: Float32Array, scale: number): void;
}

/** Mean and deviation of the sum of four uniform integers of 16 bits: 4 × 65535/2 and √(4 × (65536² − 1)/12). */
const sumMean = 131_070;
const sumDeviation = 37_837.2272;

/** The next state of xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
function advance(state: number): number {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  next ^= next << 5;
  return next;
}

/** Sum of the four 16-bit halves of two numbers. */
function sumOfHalves(a: number, b: number): number {
  return (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16);
}

/** A stream that begins at a seed; a normal number is a sum of four uniform ones. */
export function createRandomStream(seed: number): RandomStream {
  // A state of 0 would stay 0.
  let state = seed === 0 ? 0x9e3779b9 : seed | 0;
  const next = (): number => {
    state = advance(state);
    return state;
  };
  return {
    uniform: () => (next() >>> 0) / 2 ** 32,
    normal: () => (sumOfHalves(next(), next()) - sumMean) / sumDeviation,
    fillNormal(values, scale) {
      const factor = scale / sumDeviation;
      // In a variable of its own: the loop runs over millions of numbers.
      let local = state;
      for (let i = 0; i < values.length; i++) {
        const first = advance(local);
        local = advance(first);
        values[i] = (sumOfHalves(first, local) - sumMean) * factor;
      }
      state = local;
    },
  };
}
