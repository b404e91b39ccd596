/*
 * The part of Triton's ModelConfig that rcc writes or judges, in Triton's own names; model-config-schema.ts has all of it. What a text leaves out is absent
 * here, lists and maps are empty.
 */

export interface TritonTensor {
  readonly name?: string;
  /** `TYPE_FP32` */
  readonly data_type?: string;
  readonly format?: string;
  /** Without the batch where max_batch_size is above 0. */
  readonly dims: readonly number[];
  readonly label_filename?: string;
}

export interface TritonInstanceGroup {
  readonly count?: number;
  readonly kind?: string;
  readonly gpus: readonly number[];
  readonly profile: readonly string[];
}

export interface TritonWarmupInput {
  readonly data_type?: string;
  readonly dims: readonly number[];
  readonly zero_data?: boolean;
  readonly random_data?: boolean;
  readonly input_data_file?: string;
}

export interface TritonWarmup {
  readonly name?: string;
  readonly batch_size?: number;
  readonly inputs: Readonly<Record<string, TritonWarmupInput>>;
}

export interface TritonConfig {
  readonly name?: string;
  readonly platform?: string;
  readonly backend?: string;
  readonly max_batch_size?: number;
  readonly input: readonly TritonTensor[];
  readonly output: readonly TritonTensor[];
  readonly version_policy?: {
    readonly latest?: { readonly num_versions?: number };
    readonly all?: Readonly<Record<string, never>>;
    readonly specific?: { readonly versions: readonly number[] };
  };
  readonly instance_group: readonly TritonInstanceGroup[];
  readonly default_model_filename?: string;
  readonly cc_model_filenames: Readonly<Record<string, string>>;
  /** Of onnxruntime: 2 keeps its optimiser off; 0 and nothing are all of it. */
  readonly optimization?: { readonly graph?: { readonly level?: number } };
  readonly dynamic_batching?: { readonly preferred_batch_size: readonly number[] };
  readonly parameters: Readonly<Record<string, { readonly string_value?: string }>>;
  readonly model_warmup: readonly TritonWarmup[];
}

/** Largest batch that a configuration lets Triton make; 0: none, each request is a batch. */
export function maxBatchOf({ max_batch_size: most = 0 }: TritonConfig): number {
  return most;
}
