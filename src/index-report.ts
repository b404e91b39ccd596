/*
 * `rcc/report`: what becomes of figures. Files of measurements, tables, charts and pages, two runs compared, published figures, estimates.
 */
export {
  type BenchContent,
  benchFileOf,
  type ModelMeasurement,
  stabilityWarnings,
} from './compile/timing.ts';
export {
  type BudgetRow,
  type Candidate,
  type EstimateRow,
  type EstimatesRequest,
  estimateAll,
  fitBudget,
} from './estimate/budget.ts';
export { type Estimate, type EstimateRequest, estimateLatency } from './estimate/estimate.ts';
export type { GpuName } from './estimate/gpus.ts';
export type { KernelTime } from './estimate/roofline.ts';
export {
  type Accuracy,
  type BenchFile,
  type BenchRow,
  type MissingCell,
  type NamedBench,
  parseBenchFile,
  type RowSpread,
} from './report/bench-file.ts';
export { buildReport, type ReportInputs } from './report/build-report.ts';
export type {
  Axis,
  Bar,
  BarsChart,
  Chart,
  ChartBase,
  ChartVerdict,
  ColumnsChart,
  Point,
  RangesChart,
  Series,
  StyleIndex,
  XyChart,
} from './report/charts/chart.ts';
export { loadPngRenderer, type PngRenderer } from './report/charts/png.ts';
export {
  type CellComparison,
  type CellSet,
  type Comparison,
  cellsOfBaseline,
  cellsOfBench,
  compareCells,
  type LatencyCell,
  type Verdict,
} from './report/compare.ts';
export { comparisonToMarkdown, regressionOf } from './report/compare-report.ts';
export {
  type BlockGroup,
  type NetworkOutline,
  type NetworkPart,
  outlineOf,
  type Work,
} from './report/network/outline.ts';
export { networkToSvg } from './report/network/picture.ts';
export type { Step } from './report/network/steps.ts';
export {
  type Baseline,
  type Figures,
  findBaseline,
  type Published,
  readFigures,
} from './report/published.ts';
export type { Provenance, Report, Section } from './report/report.ts';
export { type ReportFile, reportFiles } from './report/report-files.ts';
export type { Picker, Setting } from './report/setting.ts';
export type { Cell, Column, Row, Table } from './report/table.ts';
export type { Wish } from './report/verdict/choose.ts';
export type { LatencyEstimate } from './report/verdict/speed-up.ts';
