import { depths } from '../../../src/language/depths.ts';
import type { SchemeName } from '../naming/scheme.ts';

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

/** The depth whose blocks these are, if a published one. */
export function publishedDepthOf(
  block: InferredSpec['block'],
  stages: readonly number[],
): number | undefined {
  return [...depths].find(
    ([, known]) => known.block === block && known.stages.join() === stages.join(),
  )?.[0];
}
