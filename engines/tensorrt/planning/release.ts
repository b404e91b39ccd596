import { createDiagnostic, type Diagnostic, fail } from '../../../src/diagnostics/diagnostic.ts';
import { coveredReleases } from './data/options.ts';
import { imageCure, newestImageFor } from './images.ts';
import {
  newestCovered,
  oldestSupportedOrder,
  orderOf,
  releaseLine,
  releaseOrder,
  versionText,
} from './release-order.ts';

/** A release of TensorRT, and the covered release whose tables are used for it. */
export interface Release {
  /** `10.4.0`. */
  readonly version: string;
  /** major × 10000 + minor × 100 + patch: compares releases. */
  readonly order: number;
  /** Order of the covered release that this one is treated as. */
  readonly tableOrder: number;
  /** `10`, where nothing but the major number was given. */
  readonly major?: string;
}

const majorPattern = /^v?(\d+)$/;

/** Two releases of one line differ in the patch number only. */
function isSameLine(a: number, b: number): boolean {
  return Math.floor(a / 100) === Math.floor(b / 100);
}

const covered = coveredReleases.map((version) => ({ version, order: orderOf(version) }));

/** Every covered release that rcc drives (8.5 and later), oldest first. */
export const supportedReleases: readonly string[] = covered
  .filter(({ order }) => order >= oldestSupportedOrder)
  .map(({ version }) => version);

/** Without the GPU's name, what it may be: all from Turing on, or the one that NVIDIA left behind. */
function failTooOld(version: string): never {
  const [docker, voltaDocker] = ['7.5', '7.0'].map((capability) => {
    const image = newestImageFor(capability);
    return image ? imageCure(image) : '';
  });
  return fail('tensorrt-release-too-old', {
    version,
    docker: docker ?? '',
    voltaDocker: voltaDocker ?? '',
  });
}

/** The newest covered release of a major number. */
function newestOf(major: string): Release {
  const first = Number(major) * 10_000;
  if (first + 9999 < oldestSupportedOrder) failTooOld(major);
  const newest = covered.findLast(({ order }) => order >= first && order < first + 10_000);
  if (!newest) fail('tensorrt-release-unknown', { major, newest: newestCovered });
  const { version, order } = newest;
  return { version, order, tableOrder: order, major };
}

/** Lines that branched off an older one than their number tells, and take its options: 9.2 has no --stronglyTyped. */
const branches: ReadonlyMap<string, string> = new Map([['9.2', '8.6.1']]);

function tableOrderOf(order: number): number {
  const branch = branches.get(releaseLine(order));
  return branch ? orderOf(branch) : (covered.findLast((c) => c.order <= order)?.order ?? order);
}

/**
 * The release of a version text: what `--trt` takes (`10.4`: the newest patch of that line; `10`: the newest that is covered) or a banner gives.
 * Throws `tensorrt-release-unreadable`, `tensorrt-release-unknown` and `tensorrt-release-too-old`.
 */
export function resolveRelease(text: string): Release {
  const major = majorPattern.exec(text)?.[1];
  if (major !== undefined) return newestOf(major);
  const order = releaseOrder(text);
  if (order === undefined) fail('tensorrt-release-unreadable', { text });
  if (order < oldestSupportedOrder) failTooOld(text);
  const patchGiven = text.split('.').length > 2;
  const newestPatch = covered.findLast((c) => isSameLine(c.order, order));
  const exact = patchGiven ? order : (newestPatch?.order ?? order);
  return { version: versionText(exact), order: exact, tableOrder: tableOrderOf(exact) };
}

/** Says which release a major number was taken for, and which tables serve a release that has none of its own; nothing where its line is covered. */
export function releaseNotes(release: Release): Diagnostic[] {
  const { major, version } = release;
  if (major !== undefined) return [createDiagnostic('tensorrt-release-newest', { major, version })];
  if (isSameLine(release.order, release.tableOrder)) return [];
  const table = versionText(release.tableOrder);
  const newer = release.order > orderOf(newestCovered);
  return [
    createDiagnostic('tensorrt-release-uncovered', { version: release.version, table, newer }),
  ];
}

/** What the first line of trtexec says. */
export interface Banner {
  readonly state: 'RUNNING' | 'PASSED' | 'FAILED' | 'WAIVED';
  readonly version: string;
  /** From 10.4: the build number, fourth part of the full version. */
  readonly build?: number;
}

const bannerPattern =
  /&&&& (RUNNING|PASSED|FAILED|WAIVED) TensorRT\.trtexec \[TensorRT v(\d+)\](?: \[b(\d+)\])?/;

/**
 * Reads `&&&& RUNNING TensorRT.trtexec [TensorRT v100400] [b26] # …`; undefined where the line holds none.
 * Four digits are 8.x and 9.x (major × 1000 + minor × 100 + patch), six digits 10.x and later.
 */
export function parseBanner(line: string): Banner | undefined {
  const [, state, digits, build] = bannerPattern.exec(line) ?? [];
  if (!state || !digits) return undefined;
  const number = Number(digits);
  const order = digits.length <= 4 ? Math.floor(number / 1000) * 10_000 + (number % 1000) : number;
  return {
    state: state as Banner['state'],
    version: versionText(order),
    ...(build ? { build: Number(build) } : {}),
  };
}
