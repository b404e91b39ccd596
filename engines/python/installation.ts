import type { Python } from './find-python.ts';

/** What was found of a package: an interpreter that has it. */
export interface Installation {
  readonly python: Python;
  /** E.g. `1.7.1.116`. */
  readonly version: string;
}
