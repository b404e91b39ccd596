import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor, passNames } from '../../codegen/passes/pipeline.ts';
import type { Precision } from '../../codegen/precisions.ts';
import type { Spec } from '../language/spec.ts';
import { type GraphOptions, pipelineFor } from './precision.ts';

export interface PrintPassOptions extends GraphOptions {
  /** Name of a pass, or `lower`. */
  readonly pass: string;
  readonly precision: Precision;
  readonly batch?: number | undefined;
}

/** The network's graph after a pass, without weights; after the last pass before it where the precision does not run it. */
export function printPass(
  spec: Spec,
  { pass, batch, precision, ...options }: PrintPassOptions,
): Graph {
  const lowered = lowerSpec(spec, { batch });
  const last = passNames.indexOf(pass);
  const passes = passesFor(pipelineFor(spec, lowered, { precision }, options)).filter(
    ({ name }) => passNames.indexOf(name) <= last,
  );
  return runPasses(lowered, passes).graph;
}
