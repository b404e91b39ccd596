import type { Graph } from '../ir/graph.ts';
import { verifyGraph } from '../ir/verify.ts';

/** What a cast to float16 did to the values of one tensor. */
export interface CastReport {
  readonly tensor: string;
  /** Values beyond ±65504, written as ±65504. */
  readonly clampedCount: number;
  /** Values that were not zero and became zero. */
  readonly flushedCount: number;
  readonly largest: number;
}

export interface PassContext {
  /** Called when all numbers of a tensor have been made, that is when the file is written. */
  readonly reportCast?: ((report: CastReport) => void) | undefined;
}

/** A pure function from graph to graph; the same object comes back where nothing matched. */
export interface Pass {
  /** Verb and object: `foldBatchNorm`. Stable: `--print-after` takes it. */
  readonly name: string;
  run(graph: Graph, context: PassContext): Graph;
}

export interface PassRecord {
  readonly pass: string;
  readonly changed: boolean;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
}

export interface RunPassesOptions extends PassContext {
  /** Called with the graph after each pass. */
  readonly onAfter?: ((pass: string, graph: Graph) => void) | undefined;
}

export interface PassesResult {
  readonly graph: Graph;
  readonly records: readonly PassRecord[];
}

/** Runs passes in order; the graph is verified before the first and after each, and a breach names the pass. */
export function runPasses(
  graph: Graph,
  passes: readonly Pass[],
  options: RunPassesOptions = {},
): PassesResult {
  verifyGraph(graph, 'lowering');
  const records: PassRecord[] = [];
  let current = graph;
  for (const pass of passes) {
    const next = pass.run(current, options);
    if (next !== current) verifyGraph(next, pass.name);
    records.push({
      pass: pass.name,
      changed: next !== current,
      nodesBefore: current.nodes.length,
      nodesAfter: next.nodes.length,
    });
    current = next;
    options.onAfter?.(pass.name, current);
  }
  return { graph: current, records };
}
