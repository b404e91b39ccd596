import { join } from 'node:path';

/** Names inside a farm's folder. */
export const farmFiles = {
  /** What all cells share. */
  farm: 'farm.json',
  /** One cell a line. */
  plan: 'plan.jsonl',
  site: 'site.json',
  /** What was handed to a scheduler and what was taken back; lines are added and never changed. */
  jobs: 'jobs.jsonl',
  /** What was found in attempts that have ended, so that each is judged once. Without it they are judged anew. */
  judgements: 'judgements.jsonl',
  kits: 'kits',
  attempts: 'attempts',
  results: 'results',
  calibrations: 'calibrations',
  bench: 'bench.json',
} as const;

export const kitFolder = (farm: string, key: string): string => join(farm, farmFiles.kits, key);

export const attemptFolder = (farm: string, key: string, attempt: string): string =>
  join(farm, farmFiles.attempts, key, attempt);

export const resultFile = (farm: string, key: string): string =>
  join(farm, farmFiles.results, `${key}.json`);
