import type { SchemeName } from './naming/scheme.ts';

/** What no weights file can tell, and what is taken for it. */
export interface UnknownProperty {
  /** Name of the property in a `.rn` file. */
  readonly property: string;
  /** Its value as a `.rn` file would have it. */
  readonly assumed: string;
  /** Why the file cannot tell, and what else it might be. */
  readonly reason: string;
}

/** The network that names and shapes describe, in the words of a `.rn` file. */
export interface InferredSpec {
  readonly scheme: SchemeName;
  /** 18 to 200, where block, stages and widths are those of a published depth. */
  readonly depth?: number;
  readonly block: 'basic' | 'bottleneck';
  readonly stem: 'conv7' | 'deep' | 'conv3';
  readonly stemWidths: readonly number[];
  readonly shortcut: 'projection' | 'avgpool' | 'pad';
  readonly firstShortcut: 'projection' | 'identity';
  readonly stages: readonly number[];
  readonly widths: readonly number[];
  readonly expansion: number;
  readonly inputChannels: number;
  readonly classes: number;
  /** Trainable parameters: all but running means and variances. */
  readonly paramCount: number;
  readonly unknowns: readonly UnknownProperty[];
}

interface PublishedDepth {
  readonly depth: number;
  readonly block: InferredSpec['block'];
  readonly stages: readonly number[];
}

/** He et al. 2015, table 1; 200: PaddleClas. Widths 64 to 512, expansion 1 or 4. */
const publishedDepths: readonly PublishedDepth[] = [
  { depth: 18, block: 'basic', stages: [2, 2, 2, 2] },
  { depth: 34, block: 'basic', stages: [3, 4, 6, 3] },
  { depth: 50, block: 'bottleneck', stages: [3, 4, 6, 3] },
  { depth: 101, block: 'bottleneck', stages: [3, 4, 23, 3] },
  { depth: 152, block: 'bottleneck', stages: [3, 8, 36, 3] },
  { depth: 200, block: 'bottleneck', stages: [3, 12, 48, 3] },
];

/** The depth whose blocks these are, if a published one. */
export function publishedDepthOf(
  block: InferredSpec['block'],
  stages: readonly number[],
): number | undefined {
  return publishedDepths.find(
    (known) => known.block === block && known.stages.join() === stages.join(),
  )?.depth;
}
