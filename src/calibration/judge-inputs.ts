/* What is wrong with inputs that a network is calibrated with: their number, what cannot be read of them, and numbers that no preprocessing gives. */
import { createDiagnostic, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import type { CalibrationFile } from './calibration-file.ts';
import type { CalibrationData } from './data.ts';
import type { InputFacts } from './inspect-inputs.ts';
import {
  beyondPixels,
  farBeyond,
  isNotNormalised,
  likelyCause,
  overshoot,
  rangeOfPixels,
  whole,
} from './pixel-range.ts';

/** Calibrated with fewer, ranges are those of single pictures. */
const fewImages = 100;
/** Share of unreadable pictures that are left out; more is another data set. */
const mostUnreadable = 0.1;

/** Whether the spec says how pictures become inputs: only then is it known what numbers there can be. */
function isStated({ spans }: Spec): boolean {
  return Object.keys(spans).some((name) => name.split('.')[0] === 'preprocess');
}

/** Throws DiagnosticError `calibration-unreadable` where more than a share of the inputs cannot be read. */
function refuseUnreadable({ images }: InputFacts, data: CalibrationData, share: number): void {
  const count = data.unreadable().length;
  const total = count + images;
  if (count <= total * share) return;
  const { description } = data;
  fail('calibration-unreadable', { description, count, total }, { details: problemsOf(data) });
}

/**
 * Throws DiagnosticError where inputs cannot be what the network is to be calibrated with: more than `share` of them unreadable, all constant, or not
 * normalised as the spec says.
 */
export function refuseUnfit(
  facts: InputFacts,
  data: CalibrationData,
  spec: Spec,
  share = mostUnreadable,
): void {
  refuseUnreadable(facts, data, share);
  const { description } = data;
  const seen = whole(facts.channels);
  if (facts.isFlat) fail('calibration-constant', { description, ...seen });
  if (!isStated(spec)) return;
  const pixels = rangeOfPixels(spec.preprocess);
  if (beyondPixels(facts.channels, pixels) <= farBeyond) return;
  const possible = whole(pixels);
  const hint = likelyCause(seen, possible);
  fail('calibration-out-of-range', { description, seen, possible }, { hint });
}

const mostNamed = 8;

function problemsOf(data: CalibrationData): readonly string[] {
  return data
    .unreadable()
    .slice(0, mostNamed)
    .map(({ message }) => message);
}

/** What a calibration file keeps of its data. */
export function keptFacts(
  facts: InputFacts,
  data: CalibrationData,
): Omit<CalibrationFile['data'], 'digest'> {
  const { description } = data;
  const { images, channels } = facts;
  const count = data.unreadable().length;
  return {
    description,
    images,
    channels: [...channels],
    ...(count > 0 ? { unreadable: { count, problems: [...problemsOf(data)] } } : {}),
  };
}

type Kept = Pick<CalibrationFile['data'], 'description' | 'channels' | 'unreadable' | 'images'>;

function warnOfUnreadable({ description, images, unreadable }: Kept): readonly Diagnostic[] {
  if (!unreadable) return [];
  const { count, problems } = unreadable;
  const details = count > problems.length ? [...problems, '…'] : problems;
  const parameters = { description, count, total: images + count };
  return [createDiagnostic('calibration-unreadable-left-out', parameters, { details })];
}

function warnOfRange({ description, channels = [] }: Kept, spec: Spec): readonly Diagnostic[] {
  if (!isStated(spec) || channels.length === 0) return [];
  const pixels = rangeOfPixels(spec.preprocess);
  const [seen, possible] = [whole(channels), whole(pixels)];
  const isBeyond = beyondPixels(channels, pixels) > overshoot;
  if (!isBeyond && !isNotNormalised(seen, possible)) return [];
  return [createDiagnostic('calibration-range-unlikely', { description, seen, possible })];
}

/** What to know of inputs besides how many they are. */
export function warnOfInputs(kept: Kept, spec: Spec): readonly Diagnostic[] {
  return [...warnOfUnreadable(kept), ...warnOfRange(kept, spec)];
}

/** What to know of a calibration: that of its inputs, and whether they are few. */
export function warnOfCalibration(kept: Kept, spec: Spec): readonly Diagnostic[] {
  const { images } = kept;
  const few = images < fewImages ? [createDiagnostic('calibration-few-images', { images })] : [];
  return [...few, ...warnOfInputs(kept, spec)];
}
