import type { Raster } from '../../images/raster.ts';
import type { Mistake, Setting, StepName, Steps } from './mistake.ts';
import {
  arrangeMistakes,
  orderMistakes,
  rightArrangement,
  rightOrder,
  rightScale,
  scaleMistakes,
} from './numbers.ts';
import { placeMistakes, rightPlacement } from './placements.ts';

/** What may have been done: mistakes of different steps; none is the preprocessing of the spec. */
export interface Hypothesis {
  readonly mistakes: readonly Mistake[];
  /** The numbers [C, H, W] that the network got. */
  readonly numbers: Float32Array;
}

const rightSteps: Steps = {
  place: rightPlacement,
  order: rightOrder,
  scale: rightScale,
  arrange: rightArrangement,
};

/** All mistakes that are known, the likelier first within a step. */
export function knownMistakes(setting: Setting): readonly Mistake[] {
  return [...orderMistakes, ...scaleMistakes, ...arrangeMistakes, ...placeMistakes(setting)];
}

function stepOf<S extends StepName>(mistakes: readonly Mistake[], step: S): Steps[S] {
  const found = mistakes.find((each): each is Mistake<S> & Mistake => each.step === step);
  return found ? (found.make as Steps[S]) : rightSteps[step];
}

/** Makes the network's numbers under mistakes; placed pictures are kept, because many hypotheses share them. */
export class NumberMaker {
  readonly #setting: Setting;
  readonly #placed = new Map<Steps['place'], Raster | undefined>();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /** Undefined: the mistakes cannot be made with this picture and network. */
  make(mistakes: readonly Mistake[]): Float32Array | undefined {
    const placed = this.#place(stepOf(mistakes, 'place'));
    const pixels = placed && stepOf(mistakes, 'order')(placed, this.#setting);
    const table = stepOf(mistakes, 'scale')(this.#setting);
    return pixels && table && stepOf(mistakes, 'arrange')(pixels, table);
  }

  #place(step: Steps['place']): Raster | undefined {
    if (!this.#placed.has(step)) this.#placed.set(step, step(this.#setting));
    return this.#placed.get(step);
  }
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** Hypotheses of one mistake each that change anything for this picture. */
export function* singleHypotheses(
  maker: NumberMaker,
  mistakes: readonly Mistake[],
  right: Float32Array,
): Generator<Hypothesis> {
  for (const each of mistakes) {
    const numbers = maker.make([each]);
    if (numbers && !isSame(numbers, right)) yield { mistakes: [each], numbers };
  }
}

/** Hypotheses of two mistakes in different steps. */
export function* pairHypotheses(
  maker: NumberMaker,
  mistakes: readonly Mistake[],
): Generator<Hypothesis> {
  for (const [index, first] of mistakes.entries()) {
    for (const second of mistakes.slice(index + 1)) {
      if (first.step === second.step) continue;
      const numbers = maker.make([first, second]);
      if (numbers) yield { mistakes: [first, second], numbers };
    }
  }
}
