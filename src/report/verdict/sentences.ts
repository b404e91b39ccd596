/** The verdict in words: what to take, why, what else there is, and how far the figures carry. */
import { referencePrecision } from '../../../codegen/precisions.ts';
import { groupBy } from '../../collections/group-by.ts';
import type { ChartVerdict } from '../charts/chart.ts';
import { formatMs, formatPrecision } from '../format.ts';
import { frontierOf } from '../frontier.ts';
import { type Candidate, type Place, top1Text } from './candidates.ts';
import {
  type Choice,
  choose,
  isAsked,
  isWeighable,
  type Reason,
  type Weighable,
  type Wish,
  weigh,
} from './choose.ts';
import { speedUp } from './speed-up.ts';
import { speedPhrase, speedWords } from './speed-words.ts';

function timeText({ latencyMs }: Candidate, { batch }: Place): string {
  return `${formatMs(latencyMs)} ms${batch > 1 ? ` for a batch of ${batch}` : ''}`;
}

function figuresText(candidate: Weighable, place: Place): string {
  return `${top1Text(candidate.accuracy)}, ${timeText(candidate, place)}`;
}

/** `AMD EPYC, batch 4, accuracy on ImageNet`. */
export function placeText({ device, batch, task }: Place): string {
  const data = task === undefined ? [] : [`accuracy on ${fileName(task)}`];
  return [device, `batch ${batch}`, ...data].join(', ');
}

/** What the choice is made among: those that have both a time and an accuracy. */
function poolText({ origin, candidates }: Place): string {
  return candidates.every(isWeighable) ? origin : `${origin} with a known accuracy`;
}

/** `within 20 ms and at 78 % or more`. */
export function wishText({ budgetMs, accuracy }: Wish): string {
  const parts = [
    ...(budgetMs === undefined ? [] : [`within ${budgetMs} ms`]),
    ...(accuracy === undefined ? [] : [`at ${Number((100 * accuracy).toFixed(3))} % or more`]),
  ];
  return parts.join(' and ');
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export function headlineOf({ pick }: Choice, wish: Wish, place: Place): string {
  if (!pick) return `Nothing ${poolText(place)} is ${wishText(wish)}.`;
  const take = isAsked(wish) ? `${capital(wishText(wish))} take` : 'Take';
  return `${take} ${pick.name}: ${figuresText(pick, place)}${pick.stable ? '' : ', unstable'}.`;
}

function reasonText({ reason, fitting, frontier, ties }: Choice, place: Place): string {
  const pool = poolText(place);
  const unbeaten = `nothing ${pool} is both faster and more accurate`;
  const texts: Readonly<Record<Reason, string>> = {
    only: `It is the only one ${pool}.`,
    'best-of-all':
      ties === 0
        ? `It is both the fastest and the most accurate of ${fitting} ${pool}.`
        : `It is the fastest of ${fitting} ${pool}, and none of them is more accurate.`,
    balance: `${capital(unbeaten)}. That holds for ${frontier.length} of ${fitting}; this one is the best balance.`,
    'most-accurate':
      ties === 0
        ? `It is the most accurate of the ${fitting} that fit; ${unbeaten}.`
        : `None of the ${fitting} that fit is more accurate, and none as accurate is faster.`,
    fastest: `It is the fastest of the ${fitting} that fit; ${unbeaten}.`,
  };
  return texts[reason];
}

/** What `balanceOf` picks, in a line. */
const balanceNote =
  'Best balance: of those that nothing beats, the one farthest above the straight line from the fastest to the most accurate, time on a logarithmic scale.';

/** The reason; without a wish all fit. */
function whyText(choice: Choice, wish: Wish, place: Place): string {
  const { reason, fitting, ties } = choice;
  const pool = poolText(place);
  if (isAsked(wish) && fitting === 1) return `It is the only one ${pool} that fits.`;
  if (isAsked(wish) || reason !== 'most-accurate') return reasonText(choice, place);
  return ties === 0
    ? `It is the most accurate${ofKnown(place)}; nothing ${pool} is both faster and more accurate.`
    : `Nothing ${pool} is more accurate, and nothing as accurate is faster.`;
}

function pointsText(difference: number): string {
  const points = (100 * Math.abs(difference)).toFixed(1);
  if (points === '0.0') return 'as accurate';
  const noun = points === '1.0' ? 'point' : 'points';
  return `${points} ${noun} ${difference > 0 ? 'more' : 'less'} accurate`;
}

/** `resnet18 INT8 is 1.52 ± 0.12 × faster and 8.1 points less accurate: 71.0 %, 16.2 ms.` */
function otherText(other: Weighable, pick: Weighable, place: Place): string {
  const speed = speedWords(speedUp(pick, other));
  const points = pointsText(other.accuracy.top1 - pick.accuracy.top1);
  return `${other.name} is ${speed} and ${points}: ${figuresText(other, place)}.`;
}

/** So many others of the frontier are told, those next to the choice. */
const toldOthers = 4;

function otherTexts(
  frontier: readonly Weighable[],
  pick: Weighable,
  place: Place,
): readonly string[] {
  const at = frontier.indexOf(pick);
  const first = Math.max(0, Math.min(at - toldOthers / 2, frontier.length - 1 - toldOthers));
  const near = frontier.slice(first, first + toldOthers + 1);
  return near.filter((each) => each !== pick).map((each) => otherText(each, pick, place));
}

/** What the precision of the choice brings. */
function precisionText(pick: Weighable, { candidates }: Place): readonly string[] {
  const { model, precision, target } = pick;
  const full = candidates.find(
    (each) =>
      each.model === model && each.target === target && each.precision === referencePrecision,
  );
  if (!full || precision === referencePrecision) return [];
  const speed = speedPhrase(speedUp(full, pick), `in ${formatPrecision(referencePrecision)}`);
  return [`In ${formatPrecision(precision)} ${model} is ${speed}.`];
}

function listed(names: readonly string[]): string {
  const most = 4;
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}

/** The end of a path. */
const fileName = (path: string): string => path.split(/[/\\]/).findLast(Boolean) ?? path;

/** Precisions that were not evaluated, where the model was. */
function stoodForText(known: readonly Weighable[]): readonly string[] {
  const names = known
    .filter(({ precision, accuracy: { measured } }) => measured && measured.precision !== precision)
    .map(({ name }) => name);
  const precision = formatPrecision(referencePrecision);
  return names.length > 0
    ? [`Not evaluated: ${listed(names)}; the accuracy in ${precision} stands for it.`]
    : [];
}

/** Where the accuracies come from: figures of other pictures are never passed off as the same. */
function accuracyTexts({ origin, candidates }: Place): readonly string[] {
  if (origin === 'published') return [];
  const known = candidates.filter(isWeighable);
  const published = known.filter(({ accuracy }) => !accuracy.measured);
  const measured = groupBy(
    known.flatMap(({ accuracy }) => accuracy.measured ?? []),
    ({ dataset, images }) => `${images} pictures of ${fileName(dataset)}`,
  );
  const told = [...measured].map(([data, own]) => {
    const names = [...new Set(own.map(({ model }) => model))];
    return `Accuracy of ${listed(names)}: measured on ${data}.`;
  });
  const stoodFor = stoodForText(known);
  if (published.length === 0) return [...told, ...stoodFor];
  const whose = measured.size === 0 ? 'Accuracies are' : 'Of the others it is';
  const others = published.some(({ precision }) => precision !== referencePrecision);
  const cost = others ? '; what other precisions lose was not measured (`rcc eval` does it)' : '';
  const text = `${whose} the published top-1 of the trained weights in ${formatPrecision(referencePrecision)}${cost}.`;
  return [...told, ...stoodFor, text];
}

/** Times of networks that nobody trained, beside accuracies of others. */
function madeUpTexts({ candidates }: Place): readonly string[] {
  const names = [...new Set(candidates.filter(({ madeUp }) => madeUp).map(({ model }) => model))];
  if (names.length === 0) return [];
  const quantised = candidates.some(({ madeUp, precision }) => madeUp && precision === 'int8');
  const noise = quantised ? ', in INT8 calibrated on noise where no data was given' : '';
  const known = candidates.some((each) => each.madeUp && isWeighable(each));
  const end = known ? `: the accuracy beside them is that of trained ones` : '';
  return [`The times of ${listed(names)} are of made-up weights${noise}${end}.`];
}

function unknownTexts({ candidates }: Place): readonly string[] {
  const names = candidates.filter((each) => !isWeighable(each)).map(({ model }) => model);
  const models = [...new Set(names)];
  if (models.length === 0 || models.length === new Set(candidates.map(({ model }) => model)).size)
    return [];
  return [
    `No accuracy is known of ${listed(models)}: not in the chart (\`rcc eval\` measures it).`,
  ];
}

function stabilityTexts({ candidates }: Place): readonly string[] {
  const known = candidates.filter(isWeighable);
  const shown = known.length > 0 ? known : candidates;
  const count = shown.filter(({ stable }) => !stable).length;
  if (count === 0) return [];
  if (shown.length === 1)
    return [
      'The time is unstable (a hollow mark): measure again on an idle machine before relying on it.',
    ];
  const which = count === shown.length ? `All ${count}` : `${count} of ${shown.length}`;
  return [
    `${which} times are unstable (hollow marks): measure again on an idle machine before relying on them.`,
  ];
}

/** Whom a superlative is of, where not all can be compared. */
const ofKnown = ({ candidates }: Place): string =>
  candidates.every(isWeighable) ? '' : ' of those whose accuracy is known';

/** One part of a wish alone, and what fits it: the most accurate within a budget, the fastest from an accuracy on. */
function nearTo(all: readonly Weighable[], wish: Wish, place: Place): readonly string[] {
  const { pick, reason } = choose(all, wish);
  if (!pick) return [];
  const rank = `${reason === 'fastest' ? 'fastest' : 'most accurate'}${ofKnown(place)}`;
  return [`${capital(wishText(wish))} the ${rank} is ${pick.name}: ${figuresText(pick, place)}.`];
}

/** Where nothing fits: how near one comes, by each part of the wish; where nothing fits a part, the best of all in it. */
function nearestTexts(
  all: readonly Weighable[],
  { budgetMs, accuracy }: Wish,
  place: Place,
): readonly string[] {
  const frontier = frontierOf(all, weigh);
  const [fastest, best] = [frontier[0], frontier.at(-1)];
  if (!fastest || !best) return [];
  const within = budgetMs === undefined ? [] : nearTo(all, { budgetMs }, place);
  const from = accuracy === undefined ? [] : nearTo(all, { accuracy }, place);
  return [
    ...within,
    ...(budgetMs !== undefined && within.length === 0
      ? [`The fastest${ofKnown(place)} is ${fastest.name}: ${figuresText(fastest, place)}.`]
      : []),
    ...from,
    ...(accuracy !== undefined && from.length === 0
      ? [`The most accurate${ofKnown(place)} is ${best.name}: ${figuresText(best, place)}.`]
      : []),
  ];
}

/** The verdict of a place: the headline first, then a sentence for each thing that a reader weighs. */
export function verdictOf(
  place: Place,
  { choice, frontier, wish }: { choice: Choice; frontier: readonly Weighable[]; wish: Wish },
): ChartVerdict {
  const { pick } = choice;
  const sentences = [
    ...(pick
      ? [
          whyText(choice, wish, place),
          ...otherTexts(frontier, pick, place),
          ...precisionText(pick, place),
        ]
      : nearestTexts(place.candidates.filter(isWeighable), wish, place)),
    ...accuracyTexts(place),
    ...madeUpTexts(place),
    ...unknownTexts(place),
    ...stabilityTexts(place),
  ];
  const note = choice.reason === 'balance' ? { note: balanceNote } : {};
  return { place: placeText(place), headline: headlineOf(choice, wish, place), sentences, ...note };
}

/** The verdict of a place where no accuracy is known: the fastest first. */
export function speedVerdictOf(place: Place, { budgetMs }: Wish): ChartVerdict {
  const [first, second] = place.candidates.toSorted((a, b) => a.latencyMs - b.latencyMs);
  const where = { place: placeText(place) };
  if (!first) return { ...where, sentences: [] };
  const fastest = `${first.name} is the fastest: ${timeText(first, place)}.`;
  const isLate = budgetMs !== undefined && first.latencyMs > budgetMs;
  return {
    ...where,
    headline: isLate ? `Nothing ${place.origin} is ${wishText({ budgetMs })}.` : fastest,
    sentences: [
      ...(isLate ? [fastest] : []),
      ...(second ? [`It is ${speedPhrase(speedUp(second, first), second.name)}.`] : []),
      'No accuracy is known: `rcc eval` measures it, and `rcc report` takes its file too.',
      ...madeUpTexts(place),
      ...stabilityTexts(place),
    ],
  };
}
