import type { OutputForm } from '../../codegen/architecture/output-names.ts';
import type { Graph, Node } from '../../codegen/ir/graph.ts';
import { intOf } from '../../codegen/ir/ops.ts';
import {
  type AdaptInputOptions,
  type InputForm,
  pixelRanges,
} from '../../codegen/passes/adapt-input.ts';
import type { GraphForm } from '../../codegen/passes/graph-form.ts';
import { blockOf, type LayerFilter, matchLayers } from '../../codegen/passes/layer-filter.ts';
import type { PipelineOptions } from '../../codegen/passes/pipeline.ts';
import { type Precision, precisionRow } from '../../codegen/precisions.ts';
import type { FloatRest } from '../../codegen/quantization/scale-rounding.ts';
import type { Tensor } from '../../engines/engine.ts';
import { createDiagnostic, type Diagnostic, fail } from '../diagnostics/diagnostic.ts';
import { findNearest } from '../diagnostics/nearest.ts';
import type { Spec } from '../language/spec.ts';
import type { CalibrationResult } from './calibration-step.ts';
import type { Manifest } from './manifest.ts';
import type { MakeOptions } from './model-options.ts';
import { requireClasses } from './require-classes.ts';
import type { TrainedNetwork } from './trained-network.ts';

/** What a user may ask of a graph. */
export interface GraphOptions {
  /** Layers whose blocks stay in float32 in an fp16 graph: `stem`, `stage4`, `stage1/block0`, `head`. */
  readonly keepFp32?: readonly string[] | undefined;
  /** Layers that are not quantised in an int8 graph. */
  readonly int8Keep?: readonly string[] | undefined;
  /** What an int8 graph computes in between its quantisers; default: the target's form. */
  readonly int8Rest?: FloatRest | undefined;
  /** Default `float32`, normalised [N, C, H, W]. */
  readonly inputForm?: InputForm | undefined;
  /** Default: as the spec's `head` says. */
  readonly outputForm?: OutputForm | undefined;
}

/** Everything that decides a model's graph. */
export interface PreparedPrecision {
  readonly pipeline: PipelineOptions;
  readonly calibration?: Manifest['calibration'];
  /** Largest magnitude that the calibration saw of each tensor, by its name in the fused network. */
  readonly seen?: ReadonlyMap<string, number>;
  /** Inputs that suit the model, to check it with; absent: seeded ones do. */
  readonly sample?: Tensor | undefined;
}

/** The filter of an option's patterns. Throws DiagnosticError `layer-pattern-unknown` where one fits nothing. */
function filterOf(
  option: string,
  patterns: readonly string[] | undefined,
  graph: Graph,
): LayerFilter | undefined {
  if (!patterns || patterns.length === 0) return undefined;
  // Batch norms are folded away before any layer is picked.
  const nodes = graph.nodes.filter(({ op }) => op !== 'BatchNormalization');
  const names = nodes.map(({ name }) => name);
  const idle = patterns.find((pattern) => !names.some(matchLayers([pattern])));
  if (idle !== undefined) {
    const known = [...new Set(names.map(blockOf))];
    const nearest = findNearest(idle, [...known, ...names.flatMap((name) => name.split('/'))]);
    fail('layer-pattern-unknown', { option, pattern: idle, nearest, known });
  }
  return matchLayers(patterns);
}

function adaptationOf(spec: Spec, form: InputForm | undefined): AdaptInputOptions | undefined {
  if (form === undefined || form === 'float32') return undefined;
  const { channels } = spec.input;
  if (form === 'rgba-uint8' && channels !== 3) fail('input-form-channels', { form, channels });
  const { mean, std } = spec.preprocess;
  return { form, mean, std };
}

function describeCalibration({
  file,
  warnings,
}: CalibrationResult): NonNullable<Manifest['calibration']> {
  const { description, digest, images, unreadable } = file.data;
  return {
    ...{ algorithm: file.algorithm, description, digest, images },
    ...(unreadable ? { unreadable: unreadable.count } : {}),
    ...(warnings.length > 0
      ? { warnings: warnings.map(({ code, message }) => ({ code, message })) }
      : {}),
  };
}

/** Throws DiagnosticError `int8-rest-untyped` where the form is of a builder that chooses types by itself. */
function restOf(form: GraphForm, asked: FloatRest | undefined): Pick<GraphForm, 'int8Rest'> {
  if (asked === undefined || !precisionRow(form.precision).mayRestInFloat32) return {};
  if (asked === 'float16' && form.int8Rest !== 'float16') fail('int8-rest-untyped', {});
  return { int8Rest: asked };
}

/** What a user's options make of the graph that a target wants, before any calibration. Throws DiagnosticError. */
export function pipelineFor(
  spec: Spec,
  graph: Graph,
  form: GraphForm,
  options: GraphOptions,
): PipelineOptions {
  const { outputForm } = options;
  if (outputForm !== undefined) requireClasses(spec, `--output-type ${outputForm}`);
  return {
    ...form,
    input: adaptationOf(spec, options.inputForm),
    ...(outputForm === undefined ? {} : { output: outputForm }),
    keepFp32: filterOf('--keep-fp32', options.keepFp32, graph),
    int8Keep: filterOf('--int8-keep', options.int8Keep, graph),
    ...restOf(form, options.int8Rest),
  };
}

/** A warning where convolutions are in groups; those of one channel each are filters, and few. */
function groupedNote(
  { spec, graph }: TrainedNetwork,
  precision: Precision,
): Diagnostic | undefined {
  const convs = graph.nodes.filter(({ op }) => op === 'Conv');
  const channelsOf = ({ inputs }: Node) => graph.initializers.get(inputs[1] ?? '')?.type.shape[1];
  const isGrouped = (conv: Node) => intOf(conv, 'group', 1) > 1 && channelsOf(conv) !== 1;
  const count = convs.filter(isGrouped).length;
  const { title } = precisionRow(precision);
  const facts = { model: spec.name, count, of: convs.length, title };
  return count > 0 ? createDiagnostic('int8-grouped', facts) : undefined;
}

/** The graph's options; for an int8 graph with the ranges of a calibration. Throws DiagnosticError. */
export async function preparePrecision(
  network: TrainedNetwork,
  options: MakeOptions,
): Promise<PreparedPrecision> {
  const pipeline = pipelineFor(network.spec, network.graph, options.target.form, options);
  const { input } = pipeline;
  const { isCalibrated, isCalibratedByMax } = precisionRow(pipeline.precision);
  if (!isCalibrated) return { pipeline };
  const grouped = groupedNote(network, pipeline.precision);
  if (grouped) options.listener?.onNote?.(grouped);
  // Calibration and its libraries are of use to int8 only.
  const { calibrateNetwork } = await import('./calibration-step.ts');
  const calibration = await calibrateNetwork(network, {
    ...options,
    // A calibration by any algorithm holds the largest magnitudes as well.
    ...(isCalibratedByMax && { calibrationAlgorithm: undefined, usualAlgorithm: 'max' as const }),
  });
  const ranges = new Map([
    ...Object.entries(calibration.file.tensors).map(
      ([name, { range, largest }]) => [name, isCalibratedByMax ? largest : range] as const,
    ),
    ...(input ? pixelRanges(input) : []),
  ]);
  return {
    pipeline: { ...pipeline, ranges },
    calibration: describeCalibration(calibration),
    seen: new Map(
      Object.entries(calibration.file.tensors).map(([name, { largest }]) => [name, largest]),
    ),
    sample: calibration.sample,
  };
}
