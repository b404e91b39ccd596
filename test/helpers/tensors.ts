import { float32View } from '../../codegen/tensors/float-bytes.ts';
import { readAll, type TensorSource } from '../../codegen/tensors/tensor-source.ts';

/** All bytes of a tensor that must be there. */
export async function tensorBytes(source: TensorSource | undefined): Promise<Uint8Array> {
  if (!source) throw new Error('there is no such tensor');
  return await readAll(source);
}

/** All numbers of a float32 tensor that must be there. */
export async function floatsOf(source: TensorSource | undefined): Promise<Float32Array> {
  return float32View(await tensorBytes(source));
}
