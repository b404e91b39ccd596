import { isDeepStrictEqual } from 'node:util';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Manifest } from '../manifest.ts';
import { shortDigest } from './check-sources.ts';

/** One thing that a rebuild changed; absent on a side where it was not. */
export interface Change {
  /** Path in the manifest: `form.release`. */
  readonly what: string;
  readonly before?: string;
  readonly now?: string;
}

/** What decides the bytes of model.onnx, beside spec and weights; a release does by the form that it wants. */
function causesOf({ rcc, form, labels, calibration, float32Nodes }: Manifest) {
  const { release: _, ...wanted } = form;
  return { rcc, form: wanted, labels, calibration, float32Nodes };
}

/** What of a finished artifact is not what the manifest before it promises. */
export function judgeRebuilt(before: Manifest, now: Manifest): readonly Diagnostic[] {
  const [data, dataNow] = [before, now].map(({ calibration }) => calibration?.digest);
  if (data !== undefined && dataNow !== undefined && data !== dataNow) {
    const digests = { expected: shortDigest(data), found: shortDigest(dataNow) };
    return [createDiagnostic('rebuild-calibration-changed', digests)];
  }
  const isExplained = !isDeepStrictEqual(causesOf(before), causesOf(now));
  if (isExplained || before.onnx.digest === now.onnx.digest) return [];
  const [one, other] = [before, now].map(({ onnx }) => shortDigest(onnx.digest));
  return [createDiagnostic('rebuild-graph-differs', { before: one ?? '', now: other ?? '' })];
}

/** Told where the graph is the same and its engines are not. */
export function engineNotes(before: Manifest, now: Manifest): readonly Diagnostic[] {
  const digests = new Map(before.engines.map(({ file, sha256 }) => [file, sha256]));
  const files = now.engines
    .filter(({ file, sha256 }) => digests.has(file) && digests.get(file) !== sha256)
    .map(({ file }) => file);
  if (before.onnx.digest !== now.onnx.digest || files.length === 0) return [];
  return [createDiagnostic('rebuild-engine-differs', { files })];
}

type Leaves = ReadonlyMap<string, unknown>;

const mostCharacters = 60;

/** A value as a cell of a table; of a list what the other side's lacks, as arguments of a build are many. */
function cellOf(value: unknown, other: unknown): string {
  const shown =
    Array.isArray(value) && Array.isArray(other)
      ? value.filter((each) => !other.includes(each)).join(' ')
      : value;
  const text = typeof shown === 'string' ? shown : JSON.stringify(shown);
  if (/^[0-9a-f]{64}$/.test(text)) return shortDigest(text);
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Every value that is no record, by its path; a list of records is one by their places. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly [string, unknown][] {
  const isLeaf = !isRecord(value) || (Array.isArray(value) && !value.every(isRecord));
  if (isLeaf) return value === undefined ? [] : [[path.join('.'), value]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function enginesOf({ engines }: Manifest): readonly [string, string][] {
  return engines.map(({ file, sizeBytes, sha256, batches }) => {
    const sizes = batches === 'any' ? 'any batch' : `batch ${batches.min} to ${batches.max}`;
    return [file, `${sizeBytes} bytes, ${shortDigest(sha256)}, ${sizes}`];
  });
}

function factsOf(manifest: Manifest): Leaves {
  const { rcc, form, labels, calibration, onnx, facts } = manifest;
  const told = {
    rcc,
    form,
    labels: labels?.digest,
    calibration: calibration && { algorithm: calibration.algorithm, data: calibration.digest },
    'model.onnx': onnx.digest,
    opset: onnx.opset,
    facts,
  };
  return new Map([...leavesOf(told), ...enginesOf(manifest)]);
}

/** What is different in an artifact that took another's place, in the order of the manifest. */
export function compareManifests(before: Manifest, now: Manifest): readonly Change[] {
  const [old, made] = [factsOf(before), factsOf(now)];
  return [...new Set([...old.keys(), ...made.keys()])]
    .filter((what) => !isDeepStrictEqual(old.get(what), made.get(what)))
    .map((what) => ({
      what,
      ...(old.has(what) ? { before: cellOf(old.get(what), made.get(what)) } : {}),
      ...(made.has(what) ? { now: cellOf(made.get(what), old.get(what)) } : {}),
    }));
}
