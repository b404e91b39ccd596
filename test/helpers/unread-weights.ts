import type { TensorSource } from '../../codegen/tensors/tensor-source.ts';
import type { WeightsFile } from '../../codegen/weights/weights-file.ts';

/** A name and the shape behind it. */
export type NamedShape = readonly [name: string, shape: readonly number[]];

/** A tensor of which nothing but the shape may be asked. */
function unread(shape: readonly number[]): TensorSource {
  return {
    dataType: 'float32',
    shape,
    rows() {
      throw new Error('names and shapes are enough');
    },
  };
}

/** A weights file whose numbers nobody reads; of two tensors of a name the later one. */
export function fileOfShapes(...groups: readonly (readonly NamedShape[])[]): WeightsFile {
  const tensors = new Map(groups.flat().map(([name, shape]) => [name, unread(shape)]));
  return { name: 'net.pth', format: 'torch-zip', tensors, notes: [] };
}
