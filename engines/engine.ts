import type { Graph, Value } from '../codegen/ir/graph.ts';
import type { DataType } from '../codegen/ir/types.ts';
import type { Precision } from '../codegen/precisions.ts';
import type { Diagnostic } from '../src/diagnostics/diagnostic.ts';
import type { Span } from '../src/diagnostics/source.ts';
import type { ModelIdentity } from './model-facts.ts';

export type { Precision };

/** A tensor in memory: bytes are row-major, little-endian. */
export interface Tensor {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What an engine runs on, as far as the target can tell. */
export interface Device {
  /** `cpu` or `gpu`: a CPU's timing never stands in a GPU's column. */
  readonly kind: 'cpu' | 'gpu';
  /** Model name, e.g. "Tesla T4", "AMD EPYC". */
  readonly name: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export interface BuildRequest {
  /** Path of the ONNX file that is to be built. */
  readonly modelPath: string;
  /** Folder of the artifact; the engine is written here under its final name when whole. */
  readonly directory: string;
  /** The graph in that file, for a target that writes a wrapper around its engine; absent: none is written. */
  readonly graph?: Pick<Graph, 'name' | 'opset' | 'inputs' | 'outputs'> | undefined;
  /** The batch that the graph fixes; absent: any. */
  readonly batch?: number | undefined;
  /** Graph and weights, as far as they decide what is built: the same before and after the file is written. */
  readonly identity?: ModelIdentity | undefined;
  /** Nodes that compute in float32 whatever the precision; a typed graph says so itself. */
  readonly float32Nodes?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((progress: string) => void) | undefined;
  /** The .rn property that a node of the graph comes from, so that a builder's complaint can point at it. */
  readonly locateNode?: ((node: string) => Span | undefined) | undefined;
}

/** An engine in the artifact's folder. */
export interface EngineFile {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Batch sizes that it takes: any, one, or all of a range. */
  readonly batches: 'any' | { readonly min: number; readonly opt: number; readonly max: number };
}

export interface BuiltEngine {
  /** Of the first of `engines`. */
  readonly path: string;
  /** All that the build left, in the order of their batches. */
  readonly engines: readonly EngineFile[];
  /** Names of what else belongs to them: layers and logs of the build. */
  readonly companions?: readonly string[] | undefined;
  readonly buildMs: number;
  /** The device that they are for. */
  readonly builtFor: string;
  /** What the engines are tied to, for the manifest: release, processor, options. A form of the target's own, see `TargetDefinition.facts`. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What is to know of what was built. */
  readonly notes?: readonly Diagnostic[];
}

/** Summary of a series of times, all in milliseconds. */
export interface LatencySummary {
  readonly minMs: number;
  readonly meanMs: number;
  readonly medianMs: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Standard deviation divided by the mean; absent where a tool told its own summary only. */
  readonly variation?: number;
}

/** A part of a latency, with what it holds. */
export interface LatencyPart extends LatencySummary {
  /** One sentence. */
  readonly definition: string;
}

export interface MeasureRequest {
  readonly batch: number;
  /** Time spent before counting starts. */
  readonly warmUpMs: number;
  /** Least time of counted runs. */
  readonly durationMs: number;
  /** Least number of counted runs. */
  readonly minIterations: number;
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((progress: string) => void) | undefined;
}

/** One timing, with what it means. */
export interface Measurement {
  /** Name of the target, as --target takes it. */
  readonly target: string;
  readonly device: Device;
  readonly precision: Precision;
  readonly batch: number;
  /** From the call to its return on the host: what a caller waits. */
  readonly latency: LatencySummary;
  /** Latencies of single runs in the order they were made, at most `mostKeptSamples` of them; absent where a tool told its own summary only. */
  readonly samplesMs?: readonly number[];
  readonly imagesPerSecond: number;
  readonly iterations: number;
  readonly warmUpMs: number;
  /** What the figure holds and leaves out, in one sentence. */
  readonly definition: string;
  /** Settings that decide the figure, e.g. threads: 1. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly stable: boolean;
  readonly warnings: readonly string[];
  /** Further series where the target has them: GPU compute, H2D, D2H, enqueue. */
  readonly parts?: Readonly<Record<string, LatencyPart>>;
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** An engine in memory. Close it: what it holds is as large as the model. */
export interface LoadedEngine {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Runs one batch; keys are the names of inputs and outputs. */
  run(inputs: Tensors, signal?: AbortSignal): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
}

/** A file that a build leaves in the artifact's folder. */
export interface BuiltFile {
  readonly role: 'engine' | 'wrapper' | 'layers';
  readonly name: string;
}

/** Why what an engine builds does not run here. */
export interface BuildsOnly {
  /** In a few words: `the engine needs its GPU`. */
  readonly because: string;
  /** Throws it, as `load`, `run` and `measure` do. */
  refuse(doing: string): never;
}

/**
 * A target's way, in one precision, from a model file to an engine, its outputs and its times. All of it throws DiagnosticError where the outside world is in the way:
 * an engine of another machine or release, a target that can build here but has no device to run on.
 * An aborted signal throws its reason.
 */
export interface Engine {
  readonly buildsOnly?: BuildsOnly | undefined;
  /** File name of what `build` writes, in the artifact's folder. */
  readonly fileName: string;
  /** File name of a model that wraps the engine for another runtime, where `build` writes one. */
  readonly wrapperName?: string | undefined;
  /** Names of all that a build leaves of a graph that fixes this batch, or none; absent: `fileName`, `wrapperName` and layers.json. */
  builtFiles?(batch: number | undefined): readonly BuiltFile[];
  build(request: BuildRequest): Promise<BuiltEngine>;
  /** For many batches; `run` is for one. */
  load(path: string): Promise<LoadedEngine>;
  /** Loads, runs one batch and closes. */
  run(path: string, inputs: Tensors, signal?: AbortSignal): Promise<Record<string, Tensor>>;
  measure(path: string, request: MeasureRequest): Promise<Measurement>;
}
