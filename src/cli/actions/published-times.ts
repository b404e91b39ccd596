import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import type { Estimate } from '../../estimate/estimate.ts';
import { kernelsOf } from '../../estimate/kernels.ts';
import { publishedBatches, publishedFigures } from '../../report/network-figures.ts';
import { catalogueSpecs } from '../../report/specs-folder.ts';

/** Networks with the same text have the same work up to the last layer, whose classes are a user's own. */
function workOf(graph: Graph): string {
  return JSON.stringify(kernelsOf(graph).filter(({ kind }) => kind !== 'fc'));
}

/** Milliseconds that were published for what is estimated; undefined where none were. */
export type PublishedTimes = (graph: Graph, estimate: Estimate) => number | undefined;

/** What was published of the catalogue's networks, found by what a network computes and not by its name. */
export async function readPublishedTimes(): Promise<PublishedTimes> {
  const [specs, figures] = [await catalogueSpecs(), await publishedFigures()];
  const timed = [...specs].filter(([name]) => (figures.get(name)?.latencyMs.size ?? 0) > 0);
  const loaded = await loadSpecs(timed.map(([, path]) => path));
  const byWork = new Map(
    loaded.specs.map((spec, index) => {
      const [name = ''] = timed[index] ?? [];
      return [workOf(lowerSpec(spec)), figures.get(name)?.latencyMs] as const;
    }),
  );
  return (graph, { gpu, precision, batch }) =>
    byWork.get(workOf(graph))?.get(`${gpu}-${precision}`)?.[publishedBatches.indexOf(batch)];
}
