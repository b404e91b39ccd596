/** Public names of rcc: all that the commands do, and the parts they are made of. */
export { lowerSpec } from '../codegen/architecture/lower.ts';
export { type Cost, countCost, type NodeCost, nodeCosts } from '../codegen/cost.ts';
export type { Graph, Initializer, Node, Value } from '../codegen/ir/graph.ts';
export { printGraph } from '../codegen/ir/print.ts';
export { type GraphRule, graphRules, verifyGraph } from '../codegen/ir/verify.ts';
export type { ByteSink } from '../codegen/onnx/byte-sink.ts';
export { type OnnxFile, readOnnx } from '../codegen/onnx/read.ts';
export { type OnnxSummary, summarizeOnnx } from '../codegen/onnx/summary.ts';
export { writeModel } from '../codegen/onnx/write.ts';
export { type Pass, type PassRecord, runPasses } from '../codegen/passes/pass.ts';
export { type GraphPrecision, passesFor } from '../codegen/passes/pipeline.ts';
export type { ByteSource } from '../codegen/weights/byte-source.ts';
export { describeWeights } from '../codegen/weights/describe-weights.ts';
export { bindWeights } from '../codegen/weights/naming/bind.ts';
export { openWeights } from '../codegen/weights/open-weights.ts';
export { synthesizeWeights } from '../codegen/weights/synthesize.ts';
export type { TensorSource } from '../codegen/weights/tensor-source.ts';
export type { WeightsFile } from '../codegen/weights/weights-file.ts';
export { compareOutputs, type Verdict } from '../engines/compare.ts';
export type {
  BuiltEngine,
  Device,
  Engine,
  LatencySummary,
  Measurement,
  Precision,
  Tensor,
} from '../engines/engine.ts';
export { createOnnxruntimeEngine } from '../engines/onnxruntime/engine.ts';
export { type BenchOptions, benchSpec } from './compile/bench.ts';
export { type Compilation, type CompileOptions, compileSpec } from './compile/compile.ts';
export { checkExpectations } from './compile/expectations.ts';
export { type Manifest, manifestSchema } from './compile/manifest.ts';
export type { CompileListener, PhaseName } from './compile/phases.ts';
export { specFromWeights } from './compile/spec-from-weights.ts';
export { type Verification, type VerifyOptions, verifySpec } from './compile/verify.ts';
export { createDiagnostic, type Diagnostic, DiagnosticError } from './diagnostics/diagnostic.ts';
export { explainCode } from './diagnostics/explain.ts';
export type { DiagnosticCode } from './diagnostics/messages.ts';
export { diagnosticToJson, renderDiagnostic } from './diagnostics/render.ts';
export type { SourceFile, Span } from './diagnostics/source.ts';
export { createFileByteSource, type FileByteSource } from './io/file-byte-source.ts';
export { loadModels, type SpecHost } from './language/load.ts';
export { printSpec } from './language/print.ts';
export type { Spec } from './language/spec.ts';
export { specToJson } from './language/spec-json.ts';
export { version } from './version.ts';
