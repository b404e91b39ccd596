import { depths } from '../../../src/language/depths.ts';
import type { SchemeName } from '../naming/scheme.ts';
import type { Candidate } from './candidates.ts';

/** What the names of a file leave open, and what is taken for it. */
export interface UnknownProperty {
  /** Name of the property in a `.rn` file. */
  readonly property: string;
  /** Its value as a `.rn` file would have it. */
  readonly assumed: string;
  /** Why the file cannot tell, and what else it might be. */
  readonly reason: string;
}

/** The network that names and shapes describe, in the words of a spec. */
export interface InferredSpec extends Omit<Candidate, 'input'> {
  readonly scheme: SchemeName;
  /** 18 to 200, where block and stages are those of a published depth. */
  readonly depth?: number;
  readonly inputChannels: number;
  /** Trainable parameters: all but running means and variances. */
  readonly paramCount: number;
  /** What a file of other names would tell; what none does is the language's to say. */
  readonly unknowns: readonly UnknownProperty[];
}

/** The depth whose blocks these are, if a published one. */
export function publishedDepthOf({
  stageBlocks,
  stages,
}: Pick<InferredSpec, 'stageBlocks' | 'stages'>): number | undefined {
  return [...depths].find(
    ([, known]) =>
      known.stages.join() === stages.join() && stageBlocks.every((block) => block === known.block),
  )?.[0];
}
