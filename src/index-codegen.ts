/*
 * `rcc/codegen`: the parts that a compilation is made of. Graphs and passes, weights files, ONNX, calibration; what a spec says, and the spec that a
 * weights file describes.
 */
export { type LowerableSpec, type LowerOptions, lowerSpec } from '../codegen/architecture/lower.ts';
export type { Architecture } from '../codegen/architecture/network.ts';
export { type Cost, countCost, type NodeCost, nodeCosts } from '../codegen/cost.ts';
export type { Graph, Initializer, Node, Value } from '../codegen/ir/graph.ts';
export { printGraph } from '../codegen/ir/print.ts';
export { type GraphRule, graphRules, verifyGraph } from '../codegen/ir/verify.ts';
export type { ByteSink } from '../codegen/onnx/byte-sink.ts';
export { inspectOnnx } from '../codegen/onnx/inspect.ts';
export type { OnnxLayer, OnnxSummary } from '../codegen/onnx/onnx-summary.ts';
export { type WriteModelOptions, writeModel } from '../codegen/onnx/write.ts';
export type { AdaptInputOptions } from '../codegen/passes/adapt-input.ts';
export type { LayerFilter } from '../codegen/passes/layer-filter.ts';
export {
  type CastReport,
  type Pass,
  type PassContext,
  type PassesResult,
  type PassRecord,
  type RunPassesOptions,
  runPasses,
} from '../codegen/passes/pass.ts';
export { type PipelineOptions, passesFor, passNames } from '../codegen/passes/pipeline.ts';
export type { PrecisionPassOptions } from '../codegen/precisions.ts';
export type { TensorRanges } from '../codegen/quantization/ranges.ts';
export type { ComputedTensor } from '../codegen/quantization/tensors.ts';
export type { ByteSource } from '../codegen/tensors/byte-source.ts';
export type { TensorSource } from '../codegen/tensors/tensor-source.ts';
export { type NpyArray, readNpy } from '../codegen/weights/formats/npy.ts';
export type { OpenBeside } from '../codegen/weights/formats/shards.ts';
export type { Candidate } from '../codegen/weights/inference/candidates.ts';
export {
  type DescribeOptions,
  describeWeights,
} from '../codegen/weights/inference/describe-weights.ts';
export type { InferredSpec, UnknownProperty } from '../codegen/weights/inference/inferred-spec.ts';
export {
  type BindOptions,
  type BoundWeights,
  bindWeights,
} from '../codegen/weights/naming/bind.ts';
export type { ChooseOptions } from '../codegen/weights/naming/choose-network.ts';
export type { WantedHead } from '../codegen/weights/naming/find-head.ts';
export type { SchemeName } from '../codegen/weights/naming/scheme.ts';
export { openWeights } from '../codegen/weights/open-weights.ts';
export { synthesizeWeights } from '../codegen/weights/synthesize.ts';
export type {
  StridedShortcut,
  WeightsFile,
  WeightsFormat,
} from '../codegen/weights/weights-file.ts';
export { type CompareOptions, compareOutputs, type Verdict } from '../engines/compare.ts';
export { createOnnxruntimeEngine, type OnnxruntimeOptions } from '../engines/onnxruntime/engine.ts';
export type { Optimization } from '../engines/onnxruntime/optimization.ts';
export type { DiagnosisText } from './accuracy/diagnose/describe.ts';
export type { DiagnoseOptions, Diagnosis, Finding } from './accuracy/diagnose/diagnose.ts';
export { algorithmNames, type CalibrationAlgorithm } from './calibration/algorithm-names.ts';
export { chooseRange } from './calibration/algorithms.ts';
export type { Bins, Counted } from './calibration/bins.ts';
export { type BisectOptions, bisect, type StageReport } from './calibration/bisect.ts';
export {
  type CalibratedTensor,
  type CalibratedTensors,
  type CalibrateOptions,
  calibrate,
} from './calibration/calibrate.ts';
export { type CalibrationFile, readCalibrationFile } from './calibration/calibration-file.ts';
export type { SentValues } from './calibration/counting-thread.ts';
export { type CalibrationData, createNoiseData } from './calibration/data.ts';
export { Histogram, type HistogramData } from './calibration/histogram.ts';
export { fuseNetwork, type Observer, observeNetwork } from './calibration/observe.ts';
export {
  type CalibrationSource,
  type OpenDataOptions,
  openCalibrationData,
  recognizeSource,
} from './calibration/open-data.ts';
export { judgeRanges, type RangeReport, reportRanges } from './calibration/range-report.ts';
export {
  type CalibrationResult,
  type CalibrationStepOptions,
  calibrateNetwork,
} from './compile/calibration-step.ts';
export { type DiagnoseSpecOptions, diagnoseSpec } from './compile/diagnose.ts';
export type { DraftOptions, GivenParts } from './compile/draft-from-weights.ts';
export { checkExpectations } from './compile/expectations.ts';
export { type PrintPassOptions, printPass } from './compile/print-pass.ts';
export { fileSpecHost, loadSpecFiles } from './compile/spec-files.ts';
export {
  type SpecFromWeights,
  type SpecFromWeightsOptions,
  specFromWeights,
} from './compile/spec-from-weights.ts';
export {
  loadNetwork,
  type NetworkOptions,
  type TrainedNetwork,
} from './compile/trained-network.ts';
export {
  createDiagnostic,
  type DiagnosticContext,
  type MessageParameters,
} from './diagnostics/diagnostic.ts';
export { type Explanation, explainCode, explanationOf } from './diagnostics/explain.ts';
export type { ExitKind } from './diagnostics/message-row.ts';
export { isDiagnosticCode } from './diagnostics/messages.ts';
export { type DiagnosticJson, diagnosticToJson, type SpanJson } from './diagnostics/render.ts';
export { createFileByteSource, type FileByteSource } from './io/file-byte-source.ts';
export type { PropertyNode, ValueNode } from './language/ast.ts';
export { explainProperty, propertyNames } from './language/explain.ts';
export { type LoadResult, loadModels, type SpecHost } from './language/load.ts';
export { type AssumedProperty, printSpec, type SpecDraft } from './language/print.ts';
export type { PropertyName, PropertyValue, PropertyValues } from './language/properties.ts';
export type { GivenValue, Property, ResolvedProperties, SpecParts } from './language/property.ts';
export type { Report } from './language/report.ts';
export { type SpecJson, specToJson } from './language/spec-json.ts';
export type { ReadContext, ValueType } from './language/values/value-type.ts';
