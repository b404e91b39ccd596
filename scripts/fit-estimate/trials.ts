import { greatest, least } from '../../src/collections/extremes.ts';
import type {
  BandFactors,
  EstimateConstants,
  Fit,
  FitError,
} from '../../src/estimate/constants.ts';
import { latencyOf } from '../../src/estimate/roofline.ts';
import type { UnfittedStep } from '../../src/estimate/unfitted-steps.ts';
import type { FitCell } from './cells.ts';
import { leastSquares } from './least-squares.ts';

/** What the fit says of a cell that it did not see. */
export interface HeldOut {
  readonly cell: FitCell;
  readonly estimateMs: number;
}

/** Where the fit starts: the note's orders of magnitude. The result does not depend on it. */
const start: EstimateConstants = {
  launchMs: 0.02,
  fixedMs: 0.1,
  copyGBps: 4,
  computeV100Fp32: 1,
  computeT4Fp32: 0.8,
  computeT4Fp16: 0.6,
  bandwidthV100: 0.4,
  bandwidthT4: 0.6,
  occupancyExponent: 0.5,
  windowed: 0.6,
};
const names = Object.keys(start) as readonly (keyof EstimateConstants)[];

function fromLogs(logs: readonly number[]): EstimateConstants {
  return Object.fromEntries(
    names.map((name, i) => [name, Math.exp(logs[i] ?? 0)]),
  ) as unknown as EstimateConstants;
}

/** Least squares on the logarithm of estimate / published; constants are fitted as logarithms, so they stay positive. */
export function fitConstants(
  cells: readonly FitCell[],
  from: EstimateConstants = start,
): EstimateConstants {
  const residuals = (logs: readonly number[]) => {
    const constants = fromLogs(logs);
    return cells.map((cell) =>
      Math.log(latencyOf(cell, cell.setting, constants) / cell.publishedMs),
    );
  };
  return fromLogs(
    leastSquares(
      residuals,
      names.map((name) => Math.log(from[name])),
    ),
  );
}

function predict(cells: readonly FitCell[], constants: EstimateConstants): readonly HeldOut[] {
  return cells.map((cell) => ({ cell, estimateMs: latencyOf(cell, cell.setting, constants) }));
}

/** Each group in turn is left out of the fit and then predicted. */
function leaveOut(
  cells: readonly FitCell[],
  groupOf: (cell: FitCell) => string | number,
  full: EstimateConstants,
): readonly HeldOut[] {
  return [...new Set(cells.map(groupOf))].flatMap((group) => {
    const constants = fitConstants(
      cells.filter((cell) => groupOf(cell) !== group),
      full,
    );
    return predict(
      cells.filter((cell) => groupOf(cell) === group),
      constants,
    );
  });
}

/** Constants of stand-ins where a table is left out: the ones that an unknown setting would take. */
type Tie = (constants: EstimateConstants) => EstimateConstants;

/** A whole table is left out; then `tie` gives its constants as an unknown setting would take them. */
function leaveTableOut(
  cells: readonly FitCell[],
  isOut: (cell: FitCell) => boolean,
  tie: Tie,
): readonly HeldOut[] {
  // Constants that only the missing table decides have no influence: they keep their start, and the tie replaces them.
  const constants = tie(fitConstants(cells.filter((cell) => !isOut(cell))));
  return predict(cells.filter(isOut), constants);
}

export const shareError = ({ cell, estimateMs }: HeldOut): number =>
  estimateMs / cell.publishedMs - 1;

export function errorOf(heldOut: readonly HeldOut[]): FitError {
  const errors = heldOut.map((item) => Math.abs(shareError(item))).toSorted((a, b) => a - b);
  return {
    mean: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    p90: errors[Math.ceil(0.9 * errors.length) - 1] ?? 0,
    worst: errors.at(-1) ?? 0,
  };
}

function factors(heldOut: readonly HeldOut[]): readonly number[] {
  return heldOut
    .map(({ cell, estimateMs }) => Math.exp(Math.abs(Math.log(estimateMs / cell.publishedMs))))
    .toSorted((a, b) => a - b);
}

const worstFactor = (heldOut: readonly HeldOut[]): number => factors(heldOut).at(-1) ?? 1;

function p90Factor(heldOut: readonly HeldOut[]): number {
  const sorted = factors(heldOut);
  return sorted[Math.ceil(0.9 * sorted.length) - 1] ?? 1;
}

/** Every way in which cells are kept from the fit and then predicted. */
export interface Trials {
  readonly architectures: readonly HeldOut[];
  readonly depths: readonly HeldOut[];
  readonly largerInput: readonly HeldOut[];
  readonly batches: readonly HeldOut[];
  readonly gpu: readonly HeldOut[];
  readonly precision: readonly HeldOut[];
  readonly network: readonly HeldOut[];
  readonly seen: readonly HeldOut[];
  /** Networks of the catalogue, with steps that no fitted one has. */
  readonly relatives: readonly HeldOut[];
}

export function runTrials(
  cells: readonly FitCell[],
  relatives: readonly FitCell[],
  full: EstimateConstants,
): Trials {
  const at224 = cells.filter(({ side }) => side === 224);
  const isTable = (gpu: string, precision: string) => (cell: FitCell) =>
    cell.setting.gpu.id === gpu && cell.setting.precision === precision;
  return {
    architectures: leaveOut(at224, ({ architecture }) => architecture, full),
    depths: leaveOut(at224, ({ depth }) => depth, full),
    largerInput: predict(
      cells.filter(({ side }) => side !== 224),
      full,
    ),
    batches: leaveOut(at224, ({ setting }) => setting.batch, full),
    gpu: leaveTableOut(at224, isTable('v100', 'fp32'), (constants) => ({
      ...constants,
      computeV100Fp32: constants.computeT4Fp32,
      bandwidthV100: constants.bandwidthT4,
    })),
    precision: leaveTableOut(at224, isTable('t4', 'fp16'), (constants) => ({
      ...constants,
      computeT4Fp16: constants.computeT4Fp32,
      occupancyExponent: start.occupancyExponent,
      windowed: 1,
    })),
    network: leaveOut(at224, ({ depth }) => (depth < 50 ? 'basic' : 'bottleneck'), full),
    seen: predict(at224, full),
    relatives: predict(relatives, full),
  };
}

/** The worst factor of each step; that of others where groups, which outweigh them all, are not in the network. */
function stepFactors(relatives: readonly HeldOut[]): BandFactors['steps'] {
  const found = new Set(relatives.flatMap(({ cell }) => cell.steps));
  const withStep = (step: UnfittedStep) =>
    relatives.filter(
      ({ cell: { steps } }) =>
        steps.includes(step) && (step === 'groups' || !steps.includes('groups')),
    );
  return Object.fromEntries([...found].map((step) => [step, worstFactor(withStep(step))]));
}

function bandOf(trials: Trials): BandFactors {
  return {
    fitted: Math.max(p90Factor(trials.architectures), p90Factor(trials.depths)),
    batch: worstFactor(trials.batches),
    gpu: worstFactor(trials.gpu),
    precision: worstFactor(trials.precision),
    network: worstFactor(trials.network),
    steps: stepFactors(trials.relatives),
  };
}

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

export function fitOf(
  cells: readonly FitCell[],
  relatives: readonly FitCell[],
): { fit: Fit; trials: Trials } {
  const constants = fitConstants(cells.filter(({ side }) => side === 224));
  const trials = runTrials(cells, relatives, constants);
  const macs = cells.map(({ kernels }) => kernels.reduce((sum, { flops }) => sum + flops, 0) / 2);
  const sides = cells.map(({ side }) => side);
  const fit: Fit = {
    constants,
    architecturesLeftOut: errorOf(trials.architectures),
    depthsLeftOut: errorOf(trials.depths),
    largerInput: errorOf(trials.largerInput),
    band: bandOf(trials),
    tables: unique(cells.map(({ setting }) => `${setting.gpu.id} ${setting.precision}`)),
    batches: unique(cells.map(({ setting }) => setting.batch)),
    macs: [least(macs), greatest(macs)],
    sides: [least(sides), greatest(sides)],
  };
  return { fit, trials };
}
