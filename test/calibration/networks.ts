import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import type { TensorType } from '../../codegen/ir/types.ts';
import { bytesOf, float32View } from '../../codegen/tensors/float-bytes.ts';
import { readAll, wholeTensor } from '../../codegen/tensors/tensor-source.ts';
import { synthesizeWeights } from '../../codegen/weights/synthesize.ts';
import type { CalibrationData } from '../../src/calibration/data.ts';
import { createNoiseData } from '../../src/calibration/data.ts';
import { specOf } from '../helpers/specs.ts';

export const spec = specOf({ stem: 'deep', shortcut: 'avgpool', stages: [2, 1] });

/** A small vd network with seeded weights, unfolded. */
export const network: Graph = synthesizeWeights(lowerSpec(spec), 5);

export const inputType: TensorType = { dataType: 'float32', shape: ['N', 3, 32, 32] };

/** Three batches of 32, 32 and 6 pictures' worth of noise. */
export const noise: CalibrationData = createNoiseData(inputType, 70);

/** The graph with the numbers of one initializer changed. */
export function withChanged(
  graph: Graph,
  name: string,
  change: (values: Float32Array) => Float32Array,
): Graph {
  const initializer = graph.initializers.get(name);
  if (!initializer?.source) throw new Error(`no numbers in ${name}`);
  const { source } = initializer;
  const changed = wholeTensor(source.dataType, source.shape, async () =>
    bytesOf(change(float32View(await readAll(source)))),
  );
  const initializers = new Map(graph.initializers).set(name, { ...initializer, source: changed });
  return { ...graph, initializers };
}
