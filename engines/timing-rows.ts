import type { OptionRow } from './option-row.ts';

/** How engines are timed, whatever the target. */
export interface TimingRow extends OptionRow<'warmUpMs' | 'durationMs' | 'iterations'> {
  readonly least: number;
  readonly most: number;
}

export const timingRows: readonly TimingRow[] = [
  {
    key: 'warmUpMs',
    flags: '--warm-up <MS>',
    default: '500; rcc compile: 200',
    doc: 'Time before counting starts, in milliseconds.',
    least: 0,
    most: 600_000,
  },
  {
    key: 'durationMs',
    flags: '--duration <MS>',
    default: '3000; rcc compile: 800',
    doc: 'Least time of counted runs, in milliseconds.',
    least: 0,
    most: 3_600_000,
  },
  {
    key: 'iterations',
    flags: '--iterations <N>',
    default: '100, on a processor 5; rcc compile: 1',
    doc: 'Least number of counted runs.',
    least: 1,
    most: 10_000_000,
  },
];

/** Most pictures that an engine is built, verified or timed for at once. */
export const largestBatch = 4096;
