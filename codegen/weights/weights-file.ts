import type { ShortcutKind } from '../../src/language/spec.ts';
import type { TensorSource } from '../tensors/tensor-source.ts';

/** Shortcuts whose parameters are alike: one projects with a stride, the other behind a pool. */
export type StridedShortcut = Exclude<ShortcutKind, 'pad'>;

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
  /** How its shortcuts project with a stride, where a program beside the tensors tells it; without it their names may. */
  readonly shortcutKind?: StridedShortcut;
  /** Texts that its maker put beside the tensors, by key. */
  readonly metadata?: ReadonlyMap<string, string>;
}
