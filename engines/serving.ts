import type { DataType, Dim } from '../codegen/ir/types.ts';
import type { Precision } from '../codegen/precisions.ts';
import type { Diagnostic } from '../src/diagnostics/diagnostic.ts';
import type { EngineFile } from './engine.ts';

/** A tensor as a server's clients see it. */
export interface ServedTensor {
  readonly name: string;
  readonly dataType: DataType;
  /** With the batch in front. */
  readonly shape: readonly Dim[];
}

/** A monthly image of NVIDIA's, `nvcr.io/nvidia/tritonserver:TAG-py3`. */
export interface ServingImage {
  /** `24.09` */
  readonly tag: string;
  /** Why this one, in a few words: `holds TensorRT 10.4.0.26`. */
  readonly because: string;
}

/** An artifact as a manifest tells of it. */
export interface ServeRequest {
  readonly precision: Precision;
  /** The model, as it is in the artifact's folder. */
  readonly model: EngineFile;
  readonly inputs: readonly ServedTensor[];
  readonly outputs: readonly ServedTensor[];
  readonly engines: readonly EngineFile[];
  /** Whether onnxruntime has to run the model's nodes as they stand: what its optimiser makes of them is wrong. */
  readonly runsNodeByNode: boolean;
  readonly facts: unknown;
  /** Of the manifest. */
  readonly path: string;
}

/** How an inference server runs an artifact. */
export interface Serving {
  /** As Triton names it. */
  readonly backend: 'tensorrt' | 'onnxruntime' | 'openvino';
  /** What the configuration tells the backend, in its own words; absent: nothing. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Parameters with which it fills every request up to the largest batch, which it computes alone; absent: it computes any batch as it comes. */
  readonly padding?: Readonly<Record<string, string>> | undefined;
  /** Files that the backend loads, in the order of their batches; one of them serves. */
  readonly engines: readonly EngineFile[];
  readonly inputs: readonly ServedTensor[];
  readonly outputs: readonly ServedTensor[];
  /** The one that its engines load on, `8.6`; absent: any GPU, or none. */
  readonly computeCapability?: string | undefined;
  /** What the server has to hold for the engines to load: `TensorRT 10.4.0.26`; absent: any release. */
  readonly release?: string | undefined;
  /** Absent where none is known that holds the release. */
  readonly image?: ServingImage | undefined;
  readonly needsGpu: boolean;
  /** It loads for processors alone, and has to be told so where there is a GPU. */
  readonly isForProcessors?: true | undefined;
  /** Whether the backend has to be kept from optimising what it loads. */
  readonly runsNodeByNode: boolean;
  /** Flag of `rcc compile` with which one engine takes a range of batches, MIN:OPT:MAX; absent: any where the graph leaves it free. */
  readonly rangeFlag?: `--${string}` | undefined;
  /** Further options of the server. */
  readonly serverOptions: readonly string[];
  readonly notes: readonly Diagnostic[];
}
