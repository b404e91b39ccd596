import type { TensorSource } from '../tensors/tensor-source.ts';

export type WeightsFormat =
  | 'pdparams'
  | 'pdiparams'
  | 'torch-zip'
  | 'torch-legacy'
  | 'torch-export'
  | 'safetensors'
  | 'npz';

/** A checkpoint on disk: all of its tensors, none of them read yet. */
export interface WeightsFile {
  /** Shown in diagnostics. */
  readonly name: string;
  readonly format: WeightsFormat;
  /** In the file's order; a tensor in a dict of a dict is named by the keys that lead to it and its own name, joined by dots. */
  readonly tensors: ReadonlyMap<string, TensorSource>;
  /** What was assumed or left out while reading, a sentence each. */
  readonly notes: readonly string[];
  /** What the computation that stands beside the tensors says of the shortcuts, which the names do not. */
  readonly shortcutKind?: 'projection' | 'avgpool';
  /** Texts that its maker put beside the tensors, by key. */
  readonly metadata?: ReadonlyMap<string, string>;
}
