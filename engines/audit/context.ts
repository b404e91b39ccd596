import { precisionRow } from '../../codegen/precisions.ts';
import { least } from '../../src/collections/extremes.ts';
import {
  createDiagnostic,
  type Diagnostic,
  type MessageParameters,
} from '../../src/diagnostics/diagnostic.ts';
import type { DiagnosticCode } from '../../src/diagnostics/messages.ts';
import type { Span } from '../../src/diagnostics/source.ts';
import type { Precision } from '../engine.ts';
import { type AuditGraph, type GraphIndex, indexGraph } from './audit-graph.ts';
import { type BlockVerdict, judgeBlock, judgeJoins } from './block-verdicts.ts';
import { type EngineDataType, type EngineLayer, isKernel, type LayerList } from './layer.ts';
import { findResidualBlocks, type ResidualBlock } from './residual-blocks.ts';

/** What the engine should be. */
export interface AuditExpectation {
  readonly precision: Precision;
  /** Whether FP32 may be computed as TF32; undefined: nobody says. */
  readonly tf32?: boolean | undefined;
  /** Without it blocks are recognised by the names and inputs of layers. */
  readonly graph?: AuditGraph;
  /** The .rn property that an ONNX node comes from. */
  spanOf?(node: string): Span | undefined;
}

/** One thing an audit has to say, with the node and the layer that it is about. */
export interface AuditFinding {
  readonly diagnostic: Diagnostic;
  readonly node?: string;
  readonly layer?: string;
  readonly timeMs?: number;
}

/** A finding with the name of the rule that made it. */
export interface RuledFinding extends AuditFinding {
  readonly rule: string;
}

/** What every rule looks at. */
export interface AuditContext {
  readonly expectation: AuditExpectation;
  readonly list: LayerList;
  /** Layers of one optimisation profile. */
  readonly layers: readonly EngineLayer[];
  /** Those that run. */
  readonly kernels: readonly EngineLayer[];
  /** Names of the network's inputs and outputs. */
  readonly bindings: ReadonlySet<string>;
  readonly index?: GraphIndex;
  readonly blocks: readonly ResidualBlock[];
  readonly verdicts: readonly BlockVerdict[];
  /** Sum of the layers' times, where a profile was given. */
  readonly totalMs?: number;
}

export const precisionTypes = {
  fp32: 'float32',
  fp16: 'float16',
  int8: 'int8',
  fp8: 'float8',
  bf16: 'bfloat16',
} as const satisfies Record<Precision, EngineDataType>;

/** Rows of the first optimisation profile in the list: the others repeat the same layers. */
function firstProfile(layers: readonly EngineLayer[]): readonly EngineLayer[] {
  const first = least(layers.map(({ profile = 0 }) => profile));
  return layers.filter(({ profile = 0 }) => profile === first);
}

export function createContext(list: LayerList, expectation: AuditExpectation): AuditContext {
  const layers = firstProfile(list.layers);
  const index = expectation.graph && indexGraph(expectation.graph);
  const blocks = index ? findResidualBlocks(index) : [];
  const timed = layers.filter(({ timeMs }) => timeMs !== undefined);
  return {
    expectation,
    list,
    layers,
    kernels: layers.filter(isKernel),
    bindings: new Set(list.bindings),
    ...(index ? { index } : {}),
    blocks,
    verdicts: index ? blocks.map((block) => judgeBlock(block, layers)) : judgeJoins(layers),
    ...(timed.length > 0
      ? { totalMs: timed.reduce((sum, { timeMs = 0 }) => sum + timeMs, 0) }
      : {}),
  };
}

/** `8.7 %` of the layers' time; undefined where no time is known. */
export function shareOf(context: AuditContext, layer: EngineLayer): { readonly share?: string } {
  const { totalMs } = context;
  if (!totalMs || layer.timeMs === undefined) return {};
  return { share: `${((100 * layer.timeMs) / totalMs).toFixed(1)} %` };
}

/** The first ONNX node of the layer that the graph knows; without a graph the first name that is no weight. */
export function nodeOf(context: AuditContext, layer: EngineLayer): string | undefined {
  const { index } = context;
  if (index) return layer.onnxNodes.find((name) => index.nodes.has(name));
  return layer.onnxNodes.find((name) => !isConstantName(name)) ?? layer.onnxNodes[0];
}

/** Names that exporters give to weights, their constants and quantisers: a layer's own name has them in front of its convolution's. */
function isConstantName(name: string): boolean {
  const last = name.split('/').at(-1) ?? name;
  return /\.(?:weight|bias)\b|^onnx::|ReadVariableOp|(?:weights?|bias)(?:_|:|$)|QuantizeLinear|const_fold/i.test(
    last,
  );
}

const computeName = /(?:conv|gemm|matmul|fc|downsample|shortcut)[^/]*$/i;

/** The convolution or matrix product that a layer computes; without a graph the name that looks most like one. */
export function computeNodeOf(context: AuditContext, layer: EngineLayer): string | undefined {
  const { index } = context;
  if (!index) {
    const named = layer.onnxNodes.filter((name) => !isConstantName(name));
    return named.find((name) => computeName.test(name)) ?? named[0];
  }
  return layer.onnxNodes.find((name) => isComputeOp(index.nodes.get(name)?.op));
}

export function isComputeOp(op: string | undefined): boolean {
  return op === 'Conv' || op === 'Gemm' || op === 'MatMul';
}

export interface FindingPlace {
  readonly node?: string | undefined;
  readonly layer?: EngineLayer | undefined;
}

const quantizerCodes: ReadonlySet<DiagnosticCode> = new Set([
  'audit-residual-unfused',
  'audit-residual-float',
  'audit-precision-missed',
]);

/** What helps where the message table's advice does not. */
function hintFor({ list, expectation }: AuditContext, code: DiagnosticCode): string | undefined {
  const isRtxInt8 =
    list.source === 'tensorrt-rtx' && precisionRow(expectation.precision).isCalibrated;
  return isRtxInt8 && quantizerCodes.has(code)
    ? 'TensorRT-RTX 1.7 keeps the quantisation of a graph in kernels of its own: --fp16 gives the better engine.'
    : undefined;
}

/** A finding with its span; `code` and parameters as in the message table. */
export function createFinding<C extends DiagnosticCode>(
  context: AuditContext,
  code: C,
  parameters: MessageParameters<C>,
  { node, layer }: FindingPlace = {},
): AuditFinding {
  const span = node === undefined ? undefined : context.expectation.spanOf?.(node);
  return {
    diagnostic: createDiagnostic(code, parameters, { span, hint: hintFor(context, code) }),
    ...(node === undefined ? {} : { node }),
    ...(layer ? { layer: layer.name } : {}),
    ...(layer?.timeMs === undefined ? {} : { timeMs: layer.timeMs }),
  };
}
