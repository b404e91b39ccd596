import { releases } from './option-table.ts';

/** The release that a stand-in pretends to be. */
export interface Release {
  /** `10.4.0`. */
  readonly version: string;
  /** major × 10000 + minor × 100 + patch of the release whose parser and words it has: compares releases. */
  readonly order: number;
}

export function orderOf(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 10_000 + minor * 100 + patch;
}

/** A release by its version: `10.4.0`, or `10.4` for the newest known patch of that line. */
export function releaseNamed(text: string): Release {
  const newest = releases.findLast((release) => release.startsWith(`${text}.`)) ?? `${text}.0`;
  const version = text.split('.').length > 2 ? text : newest;
  // 9.2 is a branch of 8.6: sampleOptions.cpp at that tag has no --stronglyTyped.
  return { version, order: orderOf(version.startsWith('9.2.') ? '8.6.1' : version) };
}
