import type { TensorSource } from '../tensors/tensor-source.ts';

export type WeightsFormat =
  | 'pdparams'
  | 'torch-zip'
  | 'torch-legacy'
  | 'torch-export'
  | 'safetensors'
  | 'npz';

/** A state dict on disk: every tensor by its name in the framework, none of them read yet. */
export interface WeightsFile {
  /** Shown in diagnostics. */
  readonly name: string;
  readonly format: WeightsFormat;
  /** In the file's order; prefixes that every name has are taken off. */
  readonly tensors: ReadonlyMap<string, TensorSource>;
  /** What was assumed or left out while reading, a sentence each. */
  readonly notes: readonly string[];
}
