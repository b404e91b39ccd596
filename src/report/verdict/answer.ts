/** The report's first section: for each place the verdict in words, and the chart that shows it. */

import { groupBy } from '../../collections/group-by.ts';
import type { BarsChart, Chart, ChartVerdict, Point, XyChart } from '../charts/chart.ts';
import type { NameStyles } from '../charts/name-styles.ts';
import { formatMs } from '../format.ts';
import { frontierOf } from '../frontier.ts';
import { answerId, type Section, slug } from '../report.ts';
import { targetTitles } from '../target-title.ts';
import { type Candidate, type Place, top1Text } from './candidates.ts';
import { choose, isWeighable, type Weighable, type Wish, weigh } from './choose.ts';
import { speedVerdictOf, verdictOf } from './sentences.ts';

export interface AnswerInputs {
  readonly places: readonly Place[];
  readonly wish: Wish;
  readonly styles: NameStyles;
  /** The setting shown first, where it has an answer. */
  readonly first: { readonly device: string; readonly batch: number };
}

function sourceOf({ origin, candidates }: Place): string {
  const targets = targetTitles(candidates.map(({ target }) => target));
  return origin === 'measured' ? `median of the runs, by ${targets}` : `published, by ${targets}`;
}

/** What every chart of a place has. */
function baseOf(place: Place, verdict: ChartVerdict) {
  const { origin, device, batch, task } = place;
  return {
    id: slug(`answer ${origin} ${device} b${batch} ${task ?? ''}`),
    summary: [verdict.headline ?? '', ...verdict.sentences].join(' '),
    verdict,
    source: sourceOf(place),
    device,
    batch,
  };
}

function accuracyText(accuracy: Weighable['accuracy']): string {
  const { measured } = accuracy;
  const source = measured ? `measured on ${measured.images} pictures` : 'published';
  return `top-1 ${top1Text(accuracy)} (${source})`;
}

function pointOf(candidate: Weighable, pick: Weighable | undefined): Point {
  const { name, model, latencyMs, accuracy, stable } = candidate;
  const doubt = stable ? '' : ', unstable';
  return {
    label: name,
    x: latencyMs,
    y: accuracy.top1,
    detail: `${formatMs(latencyMs)} ms${doubt}, ${accuracyText(accuracy)}`,
    model,
    ...(stable ? {} : { hollow: true }),
    ...(candidate === pick ? { chosen: true } : {}),
  };
}

function accuracyAnswer(place: Place, { wish, styles }: AnswerInputs): XyChart {
  const known = place.candidates.filter(isWeighable);
  const choice = choose(known, wish);
  const frontier = frontierOf(known, weigh);
  const models = [...new Set(known.map(({ model }) => model))];
  const { device, batch, task, origin } = place;
  const data = task === undefined ? '' : `, ${task}`;
  return {
    kind: 'xy',
    ...baseOf(place, verdictOf(place, { choice, frontier, wish })),
    title: `Accuracy against latency, ${device}, batch ${batch}, ${origin}${data}`,
    x: { label: `latency of a batch of ${batch}, ms`, fromZero: true },
    y: { label: 'top-1 accuracy, %', format: 'percent' },
    labels: 'points',
    frontier: true,
    limits: { x: wish.budgetMs, y: wish.accuracy },
    series: models.map((model) => ({
      name: model,
      style: styles(model),
      joined: false,
      points: known
        .filter((each) => each.model === model)
        .map((each) => pointOf(each, choice.pick)),
    })),
  };
}

/** Bars of time alone, fastest first, where no accuracy is known. */
function speedAnswer(place: Place, { wish, styles }: AnswerInputs): BarsChart {
  const { candidates, device, batch, origin } = place;
  const sorted: readonly Candidate[] = candidates.toSorted((a, b) => a.latencyMs - b.latencyMs);
  return {
    kind: 'bars',
    ...baseOf(place, speedVerdictOf(place, wish)),
    title: `Latency, ${device}, batch ${batch}, ${origin}`,
    value: { label: `latency of a batch of ${batch}, ms`, fromZero: true },
    groups: sorted.map(({ name, model, latencyMs, stable }) => ({
      label: name,
      model,
      style: styles(model),
      bars: [
        {
          value: latencyMs,
          text: `${formatMs(latencyMs)} ms`,
          ...(stable ? {} : { hollow: true }),
        },
      ],
    })),
  };
}

/** The model that the section recommends first; undefined where it names none. */
export function recommendedModel({ charts, picker = {} }: Section): string | undefined {
  const chart = charts.find(
    ({ device, batch }) => device === picker.device && batch === picker.batch,
  );
  const points = chart?.kind === 'xy' ? chart.series.flatMap(({ points: own }) => own) : [];
  return points.find(({ chosen }) => chosen)?.model;
}

/** Whether a place has something that fits what is asked for. */
function isAnswered({ candidates }: Place, wish: Wish): boolean {
  const known = candidates.filter(isWeighable);
  if (known.length > 0) return choose(known, wish).pick !== undefined;
  const { budgetMs = Number.POSITIVE_INFINITY, accuracy } = wish;
  return accuracy === undefined && candidates.some(({ latencyMs }) => latencyMs <= budgetMs);
}

/** Places with an answer, then those without, each in their order. */
function answeredFirst({ places, wish }: AnswerInputs): readonly Place[] {
  const groups = groupBy(places, (place) => isAnswered(place, wish));
  return [...(groups.get(true) ?? []), ...(groups.get(false) ?? [])];
}

/** What the page shows first. */
function firstOf(sorted: readonly Place[], { wish, first }: AnswerInputs): AnswerInputs['first'] {
  const isWanted = ({ device, batch }: Place): boolean =>
    device === first.device && batch === first.batch;
  const answered = sorted.filter((place) => isAnswered(place, wish));
  const { device, batch } = answered.find(isWanted) ?? answered[0] ?? first;
  return { device, batch };
}

/** Undefined where there is nothing to choose from. */
export function answerSection(inputs: AnswerInputs): Section | undefined {
  const sorted = answeredFirst(inputs);
  if (sorted.length === 0) return undefined;
  const charts: readonly Chart[] = sorted.map((place) =>
    place.candidates.some(isWeighable) ? accuracyAnswer(place, inputs) : speedAnswer(place, inputs),
  );
  return {
    id: answerId,
    title: 'Which model to take',
    intro: [],
    charts,
    tables: [],
    picker: firstOf(sorted, inputs),
  };
}
