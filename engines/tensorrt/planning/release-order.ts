import { coveredReleases } from './data/options.ts';

const versionPattern = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:\.\d+)?$/;

/** major × 10000 + minor × 100 + patch of `10.4`, `10.4.0` or `10.4.0.26`; undefined where it is no version. */
export function releaseOrder(version: string): number | undefined {
  const [, major, minor, patch = '0'] = versionPattern.exec(version) ?? [];
  return major && minor ? Number(major) * 10_000 + Number(minor) * 100 + Number(patch) : undefined;
}

/** `10.4.0` from 100400. */
export function versionText(order: number): string {
  return `${Math.floor(order / 10_000)}.${Math.floor(order / 100) % 100}.${order % 100}`;
}

/** `10.4` from 100400: what people call a release. */
export function releaseLine(order: number): string {
  return versionText(order).split('.').slice(0, 2).join('.');
}

/** The order of a version that a table of this package holds. */
export function orderOf(version: string): number {
  const order = releaseOrder(version);
  if (order === undefined) throw new Error(`'${version}' is no version`);
  return order;
}

const oldest = '8.5.0';
export const oldestSupportedOrder = orderOf(oldest);
export const newestCovered = coveredReleases.at(-1) ?? oldest;
