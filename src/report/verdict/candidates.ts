/** What may be taken: a model in a precision on an engine, with its time and what is known of its accuracy. */

import { referencePrecision } from '../../../codegen/precisions.ts';
import type { Precision } from '../../../engines/engine.ts';
import { groupBy } from '../../collections/group-by.ts';
import { ownValue } from '../../collections/own-value.ts';
import type { Accuracy } from '../bench-file.ts';
import { formatPrecision, formatTop1 } from '../format.ts';
import type { Published, PublishedModel } from '../published.ts';
import { chosenOfCells, type Measured, trustedOnly } from '../sections/measured.ts';
import { targetTitle } from '../target-title.ts';
import { estimateOf, type LatencyEstimate } from './speed-up.ts';

/** A top-1 share and where it comes from. */
export interface KnownAccuracy {
  readonly top1: number;
  /** The evaluation; absent where the figure is the published one. */
  readonly measured?: Accuracy;
}

/** `99.75 %`, `71.0 %`. */
export function top1Text({ top1, measured }: KnownAccuracy): string {
  return formatTop1(top1, measured ? 'measured' : 'published');
}

/** Its latency is the median of a batch. */
export interface Candidate extends LatencyEstimate {
  /** How it is told apart from the others of its place. */
  readonly name: string;
  readonly model: string;
  readonly precision: Precision;
  readonly target: string;
  readonly accuracy?: KnownAccuracy;
  readonly stable: boolean;
  /** Its time is of made-up weights, and no accuracy is theirs. */
  readonly madeUp?: true;
}

/** Candidates that one has to choose between: on one device, at one batch, for one task. */
export interface Place {
  readonly origin: 'measured' | 'published';
  readonly device: string;
  readonly batch: number;
  /** Data that the accuracies are of, where places differ in it. */
  readonly task?: string;
  readonly candidates: readonly Candidate[];
}

export interface AccuracySources {
  readonly models: readonly PublishedModel[];
  readonly accuracies: readonly Accuracy[];
}

/**
 * What is known of a model's accuracy in a precision: what was evaluated, on the same engine first; else what was evaluated in the reference precision, so that one
 * model's accuracies are of the same pictures; else the published one.
 */
export function accuracyOf(
  { models, accuracies }: AccuracySources,
  { model, precision, target }: Pick<Candidate, 'model' | 'precision' | 'target'>,
): KnownAccuracy | undefined {
  const own = accuracies.filter((each) => each.model === model);
  const alike = own.filter((each) => each.precision === precision);
  const measured =
    alike.findLast((each) => each.target === target) ??
    alike.at(-1) ??
    own.findLast((each) => each.precision === referencePrecision);
  if (measured) return { top1: measured.top1, measured };
  const published = models.find(({ spec }) => spec === model);
  return published && { top1: published.top1 };
}

function nameOf(
  { model, precision, target }: Pick<Candidate, 'model' | 'precision' | 'target'>,
  targets: ReadonlySet<string>,
): string {
  const name = `${model} ${formatPrecision(precision)}`;
  return targets.size > 1 ? `${name} by ${targetTitle(target)}` : name;
}

/** Data that the published accuracies are of. */
const publishedData = 'ImageNet';

/** Models with published figures share one task; what others are accurate at, only their data say. Those without an accuracy stand by the published ones. */
function taskOf({ models }: AccuracySources, { model, accuracy }: Candidate): string {
  if (models.some(({ spec }) => spec === model)) return publishedData;
  return accuracy?.measured?.dataset ?? publishedData;
}

function candidatesOf(items: readonly Measured[], sources: AccuracySources): readonly Candidate[] {
  const targets = new Set(items.map(({ row }) => row.target));
  return items.map(({ row }) => {
    const { model, precision, target, stable, provenance } = row;
    const accuracy = accuracyOf(sources, row);
    return {
      name: nameOf(row, targets),
      model,
      precision,
      target,
      ...estimateOf(row),
      ...(accuracy ? { accuracy } : {}),
      stable,
      ...(provenance?.madeUpWeights === true ? { madeUp: true } : {}),
    };
  });
}

const ascending = (a: number, b: number): number => a - b;

function placesOn(items: readonly Measured[], sources: AccuracySources): readonly Place[] {
  const device = items[0]?.row.device.name ?? '';
  const batches = [...groupBy(items, ({ row }) => row.batch)].toSorted(([a], [b]) =>
    ascending(a, b),
  );
  return batches.flatMap(([batch, own]) => {
    const tasks = groupBy(candidatesOf(own, sources), (each) => taskOf(sources, each));
    return [...tasks].map(([task, candidates]) => ({
      origin: 'measured' as const,
      device,
      batch,
      ...(candidates.some(({ accuracy }) => accuracy) ? { task } : {}),
      candidates,
    }));
  });
}

/** Places that have accuracies of the same data need not tell it. */
function withTasksThatDiffer(places: readonly Place[]): readonly Place[] {
  const tasks = new Set(places.flatMap(({ task }) => task ?? []));
  return tasks.size > 1 ? places : places.map(({ task: _, ...place }) => place);
}

/** Measured places, device by device, from the least batch on: the trusted figure that speaks for each cell. */
export function measuredPlaces(
  all: readonly Measured[],
  sources: AccuracySources,
): readonly Place[] {
  const devices = groupBy(chosenOfCells(trustedOnly(all)), ({ row: { device } }) =>
    JSON.stringify([device.kind, device.name]),
  );
  return withTasksThatDiffer([...devices.values()].flatMap((items) => placesOn(items, sources)));
}

/** Places of the published page, GPU by GPU. */
export function publishedPlaces({ models, tables }: Published): readonly Place[] {
  const figures = tables.toReversed().flatMap(({ id, gpu, precision, engine }) =>
    models.flatMap(({ spec, top1, latencyMs }) =>
      Object.entries(ownValue(latencyMs, id) ?? {}).map(([batch, ms]) => ({
        device: gpu,
        batch: Number(batch),
        candidate: {
          name: `${spec} ${formatPrecision(precision)}`,
          model: spec,
          precision,
          target: engine,
          latencyMs: ms,
          accuracy: { top1 },
          stable: true,
        },
      })),
    ),
  );
  const places = groupBy(figures, ({ device, batch }) => JSON.stringify([device, batch]));
  return [...places.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const { device, batch } = first;
    const candidates = own.map(({ candidate }) => candidate);
    return [{ origin: 'published' as const, device, batch, candidates }];
  });
}
