import { readAll, type TensorSource } from '../../codegen/weights/tensor-source.ts';

/** All bytes of a tensor that must be there. */
export async function tensorBytes(source: TensorSource | undefined): Promise<Uint8Array> {
  if (!source) throw new Error('there is no such tensor');
  return await readAll(source);
}
