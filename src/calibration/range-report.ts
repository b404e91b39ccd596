import type { Graph } from '../../codegen/ir/graph.ts';
import { blockOf, type LayerFilter, matchBlocks } from '../../codegen/passes/layer-filter.ts';
import { type Precision, precisionRow } from '../../codegen/precisions.ts';
import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { largestFloat16 } from '../../codegen/tensors/float16.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CalibrationData } from './data.ts';
import { largestMagnitude } from './histogram.ts';
import { observeNetwork } from './observe.ts';

/** The largest numbers of a block: `stem`, `stage1/block0`, `head`. */
export interface BlockRange {
  readonly block: string;
  /** Largest |x| of all that its nodes read and make. */
  readonly largestActivation: number;
  readonly largestWeight: number;
  /** Whether the block is kept in float32, so that its numbers may be of any size. */
  readonly keptFp32: boolean;
}

export interface RangeReport {
  /** What was fed. */
  readonly data: string;
  readonly images: number;
  readonly blocks: readonly BlockRange[];
}

/** From here on float16's steps are a half and more (NVIDIA's ModelOpt AutoCast, data_max). */
const coarseFloat16 = 512;

/** NaN counts as the largest of all. */
function larger(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b);
}

class Largest {
  readonly #found: Map<string, number>;

  constructor(found: ReadonlyMap<string, number> = new Map()) {
    this.#found = new Map(found);
  }

  add(name: string, numbers: Float32Array): void {
    this.#found.set(name, larger(this.of(name), largestMagnitude(numbers)));
  }

  of(name: string): number {
    return this.#found.get(name) ?? 0;
  }
}

/** What pools and Flatten pass on is as large as what they read. */
function summarize(fused: Graph, largest: Largest, kept: LayerFilter): readonly BlockRange[] {
  const blocks = new Map<string, BlockRange>();
  for (const node of fused.nodes) {
    const block = blockOf(node.name);
    const before = blocks.get(block);
    const weights = node.inputs.filter((input) => fused.initializers.has(input));
    const values = [...node.inputs, node.name, ...node.outputs].filter(
      (name) => !fused.initializers.has(name),
    );
    blocks.set(block, {
      block,
      largestActivation: values
        .map((name) => largest.of(name))
        .reduce(larger, before?.largestActivation ?? 0),
      largestWeight: weights
        .map((name) => largest.of(name))
        .reduce(larger, before?.largestWeight ?? 0),
      keptFp32: kept(node.name),
    });
  }
  return [...blocks.values()];
}

/** Runs a fused network in float32 and reports how large the numbers of each block get. */
export async function reportRanges(
  fused: Graph,
  data: CalibrationData,
  {
    keepFp32,
    signal,
  }: { readonly keepFp32: LayerFilter; readonly signal?: AbortSignal | undefined },
): Promise<RangeReport> {
  const largest = new Largest();
  const observer = {
    onTensor: (name: string, numbers: Float32Array) => largest.add(name, numbers),
    onWeight: ({ name }: { readonly name: string }, numbers: Float32Array) =>
      largest.add(name, numbers),
  };
  await observeNetwork(fused, data, observer, signal);
  const names = fused.nodes.map(({ name }) => name);
  const blocks = summarize(fused, largest, matchBlocks(names, keepFp32));
  return { data: data.description, images: data.images, blocks };
}

/** The same from the largest magnitudes that a calibration saw: nothing is run, and weights are read. */
export async function reportCalibrated(
  fused: Graph,
  { seen, ...data }: { readonly seen: ReadonlyMap<string, number> } & Omit<RangeReport, 'blocks'>,
): Promise<RangeReport> {
  const largest = new Largest(seen);
  for (const { name, source } of fused.initializers.values()) {
    if (!source) continue;
    for await (const rows of source.rows()) largest.add(name, float32View(rows));
  }
  return { ...data, blocks: summarize(fused, largest, () => false) };
}

/** Most blocks that a command line names one by one. */
const mostNamedBlocks = 8;

/** What --keep-fp32 takes to keep these blocks: their names, or of many the stages that hold them. */
function patternsFor(blocks: readonly string[]): readonly string[] {
  if (blocks.length <= mostNamedBlocks) return blocks;
  return [...new Set(blocks.map((block) => block.split('/')[0] ?? block))];
}

/**
 * What of a report a float16 engine cannot hold, or holds coarsely; blocks that are kept in float32 are not judged. Numbers that are none in float32 already say
 * nothing about float16.
 */
export function judgeRanges({ blocks, data }: RangeReport): readonly Diagnostic[] {
  const broken = blocks.find(({ largestActivation }) => !Number.isFinite(largestActivation));
  if (broken) {
    const { block: tensor, largestActivation } = broken;
    const value = `${largestActivation}`;
    return [createDiagnostic('activations-not-finite', { tensor, value, data })];
  }
  const judged = blocks
    .filter(({ keptFp32 }) => !keptFp32)
    .map(({ block, largestActivation, largestWeight }) => ({
      block,
      largest: larger(largestActivation, largestWeight),
      largestActivation,
    }));
  const beyond = judged.filter(({ largest }) => !(largest <= largestFloat16));
  const names = beyond.map(({ block }) => block);
  const patterns = patternsFor(names);
  return judged.flatMap(({ block, largest, largestActivation }) => {
    if (names.includes(block)) {
      return [createDiagnostic('float16-range-beyond', { block, largest, blocks: patterns })];
    }
    return largestActivation > coarseFloat16
      ? [
          createDiagnostic('float16-range-near', {
            block,
            largest: largestActivation,
            limit: coarseFloat16,
          }),
        ]
      : [];
  });
}

/** The same for what a graph computes in float16 in between its quantisers, which are coarser than float16 is anywhere. */
export function judgeRest(
  { blocks, data }: RangeReport,
  precision: Precision,
): readonly Diagnostic[] {
  const beyond = blocks
    .map((each) => ({ ...each, largest: larger(each.largestActivation, each.largestWeight) }))
    .filter(({ largest }) => largest > largestFloat16);
  const [first] = beyond;
  if (!first) return [];
  const { block, largest } = beyond.reduce((a, b) => (b.largest > a.largest ? b : a), first);
  const option = precisionRow(precision).mayRestInFloat32 ? '--int8-rest fp32' : undefined;
  const details = beyond.map((each) => `${each.block}: ${each.largest.toPrecision(4)}`);
  const facts = { block, largest, precision, data, option };
  return [createDiagnostic('float16-rest-beyond', facts, { details })];
}
