/* What a server counted of a model itself: Triton's extension `statistics`. All times are sums since it started. */
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { isGood, parseAnswer } from './answers.ts';
import { ask, type Connection } from './connection.ts';
import { modelPath, type ServedFacts } from './metadata.ts';

const duration = z.object({ count: z.number(), ns: z.number() });

const statisticsSchema = z.object({
  model_stats: z
    .array(
      z.object({
        inference_count: z.number().default(0),
        execution_count: z.number().default(0),
        inference_stats: z.object({
          success: duration,
          queue: duration,
          compute_input: duration,
          compute_infer: duration,
          compute_output: duration,
        }),
      }),
    )
    .min(1),
});

type Counted = z.infer<typeof statisticsSchema>['model_stats'][number];

/** The parts of a request's time on the server, in their order. */
const parts = {
  queueMs: 'queue',
  computeInputMs: 'compute_input',
  computeInferMs: 'compute_infer',
  computeOutputMs: 'compute_output',
} as const;

/** Means of a request on the server, in milliseconds, as the server counted them. */
export interface ServerShare extends Readonly<Record<keyof typeof parts, number>> {
  readonly requests: number;
  /** Pictures in one run of the model: more than in a request where the server batches. */
  readonly picturesPerRun: number;
}

/** What the server counted so far; undefined where it does not count. */
async function askStatistics(
  connection: Connection,
  facts: ServedFacts,
): Promise<Counted | undefined> {
  const what = `the statistics of '${facts.model}'`;
  const answer = await ask(connection, { path: `${modelPath(facts)}/stats`, what });
  if (!isGood(answer)) return undefined;
  return parseAnswer(statisticsSchema, answer.bytes, { ...connection, what }).model_stats[0];
}

const pauseMs = 20;
const tries = 10;

/**
 * What the server counted, once the count stands still: Triton counts a request after it has answered it, so that
 * the last ones are missing at first. Where others ask too, the count never stands still, and the last one is taken.
 */
export async function settledStatistics(
  connection: Connection,
  facts: ServedFacts,
): Promise<Counted | undefined> {
  let counted = await askStatistics(connection, facts);
  for (let left = tries; counted && left > 0; left -= 1) {
    await pause(pauseMs);
    const next = await askStatistics(connection, facts);
    const standsStill =
      next?.inference_stats.success.count === counted.inference_stats.success.count;
    counted = next;
    if (standsStill) break;
  }
  return counted;
}

/** A request's share between two counts; undefined where none was counted. */
export function shareBetween(
  before: Counted | undefined,
  after: Counted | undefined,
): ServerShare | undefined {
  if (!before || !after) return undefined;
  const [from, to] = [before.inference_stats, after.inference_stats];
  const requests = to.success.count - from.success.count;
  if (requests <= 0) return undefined;
  const mean = (part: (typeof parts)[keyof typeof parts]): number =>
    (to[part].ns - from[part].ns) / requests / 1e6;
  const runs = after.execution_count - before.execution_count;
  return {
    requests,
    queueMs: mean(parts.queueMs),
    computeInputMs: mean(parts.computeInputMs),
    computeInferMs: mean(parts.computeInferMs),
    computeOutputMs: mean(parts.computeOutputMs),
    picturesPerRun: (after.inference_count - before.inference_count) / Math.max(1, runs),
  };
}
