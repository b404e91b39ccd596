/*
 * `rcc`: what the commands do, for programs. `compile` and its like take a path and plain options; the functions named after them take a loaded spec and
 * a target that was chosen. What a user or an outside program does wrong is thrown as a DiagnosticError or stands in the result's `diagnostics`; any
 * other error is a bug. The parts beneath are in `rcc/codegen`, figures and pages in `rcc/report`.
 */

export type { OutputForm } from '../codegen/architecture/output-names.ts';
export type {
  Attributes,
  AttributeValue,
  Graph,
  Initializer,
  Node,
  Value,
} from '../codegen/ir/graph.ts';
export type { OpType } from '../codegen/ir/ops.ts';
export type { DataType, Dim, Shape, TensorType } from '../codegen/ir/types.ts';
export type { InputForm } from '../codegen/passes/adapt-input.ts';
export type { GraphForm } from '../codegen/passes/graph-form.ts';
export type { HeadForm } from '../codegen/passes/shape-head.ts';
export type { FeatureTolerance, Precision, Tolerance } from '../codegen/precisions.ts';
export type { Int8Form, QuantizedType } from '../codegen/quantization/int8-form.ts';
export type { FloatRest } from '../codegen/quantization/scale-rounding.ts';
export type { TensorSource } from '../codegen/tensors/tensor-source.ts';
export type { ParameterRole, ParameterSlot } from '../codegen/weights/parameter-slot.ts';
export type { AuditBlock, AuditKind, AuditReport } from '../engines/audit/audit.ts';
export type { FusionState } from '../engines/audit/block-verdicts.ts';
export type { AuditFinding, RuledFinding } from '../engines/audit/context.ts';
export type { EngineDataType, LayerKind, LayerSource } from '../engines/audit/layer.ts';
export type { ErrorSummary, Judged, Verdict, VerdictFigures } from '../engines/compare.ts';
export type { FeatureFigures } from '../engines/compare-features.ts';
export type { DoctorRow } from '../engines/doctor-row.ts';
export type {
  BuildRequest,
  BuildsOnly,
  BuiltEngine,
  BuiltFile,
  Device,
  Engine,
  EngineFile,
  LatencyPart,
  LatencySummary,
  LoadedEngine,
  Measurement,
  MeasureRequest,
  Tensor,
  Tensors,
} from '../engines/engine.ts';
export type { EngineCheck } from '../engines/engine-check.ts';
export type { EngineKey, PlannedEngine } from '../engines/engine-key.ts';
export type { ModelFacts, ModelIdentity, TensorFacts } from '../engines/model-facts.ts';
export type { NeighbourComparison, NeighbourPair } from '../engines/neighbours.ts';
export type { OnnxTargetOptions } from '../engines/onnx/target.ts';
export type { OnnxruntimeTargetOptions } from '../engines/onnxruntime/target.ts';
export type { OpenvinoTargetOptions } from '../engines/openvino/choose.ts';
export type { RunOptions as OpenvinoRunOptions } from '../engines/openvino/options.ts';
export type { OptionRow, OptionValues } from '../engines/option-row.ts';
export type { Flip, RankingComparison } from '../engines/ranking.ts';
export type { ServedTensor, ServeRequest, Serving, ServingImage } from '../engines/serving.ts';
export type {
  DoctorRequest,
  Environment,
  PlannedCommand,
  PlannedFile,
  PlanRequest,
  SetUpRequest,
  Target,
  TargetCheck,
  TargetDefinition,
  TargetPlan,
  TargetRequest,
  TimingLimits,
} from '../engines/target.ts';
export type { TensorrtOptions } from '../engines/tensorrt/planning/options.ts';
export type { TensorrtRtxTargetOptions } from '../engines/tensorrt-rtx/target.ts';
export type {
  ClassFlip,
  Confusion,
  Interval,
  PrecisionAccuracy,
  PrecisionComparison,
} from './accuracy/accuracy.ts';
export type { EvalProgress, EvaluateOptions, Evaluation, NotFinite } from './accuracy/evaluate.ts';
export { type BenchRequest, bench } from './api/bench.ts';
export type { TimingRequest } from './api/check-numbers.ts';
export { type CompileRequest, compile } from './api/compile.ts';
export { type EvaluateRequest, evaluate } from './api/evaluate.ts';
export { chooseTarget, type ModelRequest, type TargetChoice } from './api/model-request.ts';
export { type VerifyRequest, verify } from './api/verify.ts';
export type { CalibrationAlgorithm } from './calibration/algorithm-names.ts';
export type { LocatedError, StageReport, TensorError } from './calibration/bisect.ts';
export type { BlockRange, RangeReport } from './calibration/range-report.ts';
export { type BenchOptions, type BenchResult, benchSpec } from './compile/bench.ts';
export type { CalibrationOptions } from './compile/calibration-step.ts';
export type { CheckedModel } from './compile/check-model.ts';
export { type Compilation, type CompileOptions, compileSpec } from './compile/compile.ts';
export { type EvaluateSpecOptions, evaluateSpec } from './compile/evaluate.ts';
export type { LayerFindings } from './compile/layer-findings.ts';
export { type Manifest, manifestSchema } from './compile/manifest.ts';
export type { MakeOptions, ModelOptions } from './compile/model-options.ts';
export type { CompileListener, PhaseName } from './compile/phases.ts';
export type { GraphOptions } from './compile/precision.ts';
export { readManifest } from './compile/read-manifest.ts';
export { type LoadedSpecs, loadSpecs } from './compile/spec-files.ts';
export type { ModelMeasurement } from './compile/timing.ts';
export { type Verification, type VerifyOptions, verifySpec } from './compile/verify.ts';
export { type Diagnostic, DiagnosticError, type Fix } from './diagnostics/diagnostic.ts';
export type { Severity } from './diagnostics/message-row.ts';
export type { DiagnosticCode } from './diagnostics/messages.ts';
export { type RenderOptions, renderDiagnostic } from './diagnostics/render.ts';
export type { SourceFile, Span } from './diagnostics/source.ts';
export type { EngineCache } from './engine-cache/place.ts';
export type { PictureRules } from './images/prepared-images.ts';
export type { OutputWord } from './language/outputs.ts';
export type {
  AntiAlias,
  Attention,
  BlockKind,
  Expectations,
  ExpectedFigure,
  Head,
  HeadPool,
  InputSize,
  MeanPadding,
  MultiPath,
  Norm,
  Preprocess,
  Reference,
  ShortcutKind,
  Spec,
  SpecSpans,
  StemKind,
  StemPool,
  WeightsProperty,
} from './language/spec.ts';
export type { AuditSummary, LayerProfile } from './report/bench-file.ts';
export {
  type AnyTarget,
  type TargetName,
  type TargetSettings,
  targets,
} from './targets/targets.ts';
export { version } from './version.ts';
