import { join } from 'node:path';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { ModelFacts, ModelIdentity } from '../../engines/model-facts.ts';
import { artifactFiles } from './artifact-files.ts';

/** What a target plans with, of a graph that is or will be written into a folder. */
export function modelFactsOf(
  { inputs, outputs }: Graph,
  model: {
    readonly directory: string;
    readonly identity: ModelIdentity;
    readonly float32Nodes: readonly string[];
  },
): ModelFacts {
  const facts = (values: Graph['inputs']) => values.map(({ name, type }) => ({ name, ...type }));
  return {
    path: join(model.directory, artifactFiles.model),
    inputs: facts(inputs),
    outputs: facts(outputs),
    ...model,
  };
}
