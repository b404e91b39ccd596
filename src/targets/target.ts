import type { Precision } from '../../codegen/precisions.ts';
import type { PipelineOptions } from '../../codegen/passes/pipeline.ts';
import type { Engine } from '../../engines/engine.ts';
import type { TensorrtMachine } from '../../engines/tensorrt/machine/machine.ts';
import type { OptionTexts } from '../../engines/tensorrt/planning/read-intent.ts';
import type { TensorrtEngineOptions } from '../../engines/tensorrt/running/context.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** Everything that `--target` takes; `auto` is tensorrt where it can run, else onnxruntime; `onnx` builds nothing. */
export const targetNames = ['auto', 'onnxruntime', 'tensorrt', 'tensorrt-rtx', 'onnx'] as const;
export type TargetChoice = (typeof targetNames)[number];

export interface TargetRequest {
  readonly target: TargetChoice;
  readonly precision: Precision;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Threads of the embedded engine; default: the fastest count. */
  readonly threads?: number;
  /** TensorRT's options as they were given, by key of the intent. */
  readonly tensorrt?: OptionTexts;
  /** trtexec or the command that starts it; default: TRTEXEC, PATH, TENSORRT_HOME. */
  readonly trtexec?: string;
  /** Of TensorRT-RTX engines, e.g. `7.5,8.6`. */
  readonly computeCapability?: string;
  /** Interpreter with the TensorRT-RTX wheel; default: RCC_PYTHON, then the environment that `rcc doctor --setup` made. */
  readonly python?: string;
  /**
   * A release and a GPU in place of those of this machine, for plans; what is left out is this machine's. Target `onnx` writes its graph for
   * the release.
   */
  readonly pretended?: PretendedMachine;
  /** Machines that were asked for already: requests that share it ask each once. */
  readonly machines?: Map<string, Promise<TensorrtMachine>>;
  onNote?(note: Diagnostic): void;
}

/** A machine to plan for, as `--trt` and `--gpu` name it. */
export interface PretendedMachine {
  /** `10.4` */
  readonly release?: string;
  /** `t4`, or a compute capability. */
  readonly gpu?: string;
}

/** A target, ready to build. */
export interface ChosenTarget {
  /** Absent for `onnx`. */
  readonly engine?: Engine;
  /** Which target and why, in a few words: the first line of a compilation. */
  readonly reason: string;
  /** The graph that this target wants for the precision. */
  readonly form: PipelineOptions;
  /** What commands of trtexec are planned from; absent for other targets. */
  readonly tensorrt?: Pick<TensorrtEngineOptions, 'machine' | 'intent'>;
}

/** The graph that an engine is to be given for a precision. */
export function formOf(engine: Engine, precision: Precision): PipelineOptions {
  return { target: engine.target, ...(engine.graphFor?.(precision) ?? { precision }) };
}
