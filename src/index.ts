/*
 * Public names of rcc, listed one by one: all that the commands do, and the parts they are made of. What a user or an outside program does
 * wrong is thrown as a DiagnosticError or stands in the result's `diagnostics`; any other error is a bug.
 */
export { lowerSpec } from '../codegen/architecture/lower.ts';
export { type Cost, countCost, type NodeCost, nodeCosts } from '../codegen/cost.ts';
export type { Graph, Initializer, Node, Value } from '../codegen/ir/graph.ts';
export { printGraph } from '../codegen/ir/print.ts';
export { type GraphRule, graphRules, verifyGraph } from '../codegen/ir/verify.ts';
export type { ByteSink } from '../codegen/onnx/byte-sink.ts';
export { type OnnxFile, readOnnx } from '../codegen/onnx/read.ts';
export { type OnnxSummary, summarizeOnnx } from '../codegen/onnx/summary.ts';
export { type WriteModelOptions, writeModel } from '../codegen/onnx/write.ts';
export { type Pass, type PassRecord, runPasses } from '../codegen/passes/pass.ts';
export {
  type PipelineOptions,
  passesFor,
  passNames,
} from '../codegen/passes/pipeline.ts';
export type { ByteSource } from '../codegen/tensors/byte-source.ts';
export type { TensorSource } from '../codegen/tensors/tensor-source.ts';
export { readNpy } from '../codegen/weights/formats/npy.ts';
export { describeWeights } from '../codegen/weights/inference/describe-weights.ts';
export { type BoundWeights, bindWeights } from '../codegen/weights/naming/bind.ts';
export { openWeights } from '../codegen/weights/open-weights.ts';
export { synthesizeWeights } from '../codegen/weights/synthesize.ts';
export type { WeightsFile } from '../codegen/weights/weights-file.ts';
export { compareOutputs, type Verdict } from '../engines/compare.ts';
export type {
  BuiltEngine,
  Device,
  Engine,
  LatencySummary,
  LoadedEngine,
  Measurement,
  Precision,
  Tensor,
} from '../engines/engine.ts';
export { createOnnxruntimeEngine } from '../engines/onnxruntime/engine.ts';
export { algorithmNames, type CalibrationAlgorithm } from './calibration/algorithm-names.ts';
export { chooseRange } from './calibration/algorithms.ts';
export { bisect, type StageReport } from './calibration/bisect.ts';
export {
  type CalibratedTensors,
  type CalibrateOptions,
  calibrate,
} from './calibration/calibrate.ts';
export { type CalibrationFile, readCalibrationFile } from './calibration/calibration-file.ts';
export { type CalibrationData, createNoiseData } from './calibration/data.ts';
export { Histogram, type HistogramData } from './calibration/histogram.ts';
export { fuseNetwork, type Observer, observeNetwork } from './calibration/observe.ts';
export {
  type CalibrationSource,
  openCalibrationData,
  recognizeSource,
} from './calibration/open-data.ts';
export { judgeRanges, type RangeReport, reportRanges } from './calibration/range-report.ts';
export { type BenchOptions, type BenchResult, benchSpec } from './compile/bench.ts';
export {
  type CalibrationResult,
  type CalibrationStepOptions,
  calibrateNetwork,
} from './compile/calibration-step.ts';
export { type Compilation, type CompileOptions, compileSpec } from './compile/compile.ts';
export { type DiagnoseSpecOptions, diagnoseSpec } from './compile/diagnose.ts';
export { type EvaluateSpecOptions, evaluateSpec } from './compile/evaluate.ts';
export { checkExpectations } from './compile/expectations.ts';
export { type Manifest, manifestSchema } from './compile/manifest.ts';
export { benchLimits, firstImpression, type ModelOptions } from './compile/model-options.ts';
export type { CompileListener, PhaseName } from './compile/phases.ts';
export { type PrintPassOptions, printPass } from './compile/print-pass.ts';
export { fileSpecHost, type LoadedSpecs, loadSpecFiles } from './compile/spec-files.ts';
export {
  type SpecFromWeights,
  type SpecFromWeightsOptions,
  specFromWeights,
} from './compile/spec-from-weights.ts';
export {
  benchFileOf,
  type ModelMeasurement,
  stabilityWarnings,
} from './compile/timing.ts';
export {
  loadNetwork,
  type NetworkOptions,
  type TrainedNetwork,
} from './compile/trained-network.ts';
export { type Verification, type VerifyOptions, verifySpec } from './compile/verify.ts';
export { createDiagnostic, type Diagnostic, DiagnosticError } from './diagnostics/diagnostic.ts';
export { type Explanation, explainCode, explanationOf } from './diagnostics/explain.ts';
export { type DiagnosticCode, isDiagnosticCode } from './diagnostics/messages.ts';
export { diagnosticToJson, renderDiagnostic } from './diagnostics/render.ts';
export type { SourceFile, Span } from './diagnostics/source.ts';
export {
  type BudgetRow,
  type Candidate,
  type EstimateRow,
  estimateAll,
  fitBudget,
} from './estimate/budget.ts';
export { type Estimate, type EstimateRequest, estimateLatency } from './estimate/estimate.ts';
export { createFileByteSource, type FileByteSource } from './io/file-byte-source.ts';
export { explainProperty, propertyNames } from './language/explain.ts';
export { type LoadResult, loadModels, type SpecHost } from './language/load.ts';
export { printSpec, type SpecDraft } from './language/print.ts';
export type { Spec } from './language/spec.ts';
export { specToJson } from './language/spec-json.ts';
export { type BenchFile, type NamedBench, parseBenchFile } from './report/bench-file.ts';
export { buildReport, type ReportInputs } from './report/build-report.ts';
export { loadPngRenderer, type PngRenderer } from './report/charts/png.ts';
export { type Comparison, cellsOfBaseline, cellsOfBench, compareCells } from './report/compare.ts';
export { comparisonToMarkdown, regressionOf } from './report/compare-report.ts';
export { type NetworkOutline, outlineOf } from './report/network/outline.ts';
export { networkToSvg } from './report/network/picture.ts';
export { findBaseline, readFigures } from './report/published.ts';
export { reportFiles } from './report/report-files.ts';
export { chooseTarget } from './targets/choose-target.ts';
export {
  readTargetIntent,
  type TargetIntent,
  targetNames,
} from './targets/target-options.ts';
export { targets } from './targets/targets.ts';
export { version } from './version.ts';
