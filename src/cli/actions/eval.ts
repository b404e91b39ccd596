import { precisionNames } from '../../../codegen/precisions.ts';
import type { ClassFlip, PrecisionAccuracy, PrecisionComparison } from '../../accuracy/accuracy.ts';
import type { EvalProgress, Evaluation } from '../../accuracy/evaluate.ts';
import { writeJson } from '../../compile/artifact-files.ts';
import { evaluateSpec, requireTrainedWeights } from '../../compile/evaluate.ts';
import { loadOneSpec } from '../../compile/spec-files.ts';
import { benchFileOf } from '../../compile/timing.ts';
import { type Diagnostic, DiagnosticError, fail } from '../../diagnostics/diagnostic.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import { accuraciesOf } from '../../report/from-engines.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { EvalCommandOptions } from '../commands/eval.ts';
import { formatElapsed } from '../format-elapsed.ts';
import { formatTable } from '../table.ts';
import { listenerFor } from './listener.ts';
import { modelsFor } from './run-jobs.ts';

const percent = (share: number): string => formatPercent(share, 2);

function accuracyRow(accuracy: PrecisionAccuracy, comparison: PrecisionComparison | undefined) {
  const { low, high } = accuracy.top1Interval;
  return [
    accuracy.precision,
    percent(accuracy.top1),
    `${percent(low)} to ${percent(high)}`,
    percent(accuracy.top5),
    ...(comparison
      ? [
          percent(comparison.agreement),
          `${(100 * comparison.top1Drop).toFixed(2)}`,
          `${comparison.flipCount} (${comparison.smallFlipCount} nearly ties)`,
        ]
      : ['', '', '']),
  ];
}

function accuracyTable({ precisions, comparisons, notFinite }: Evaluation): string {
  const head = [
    'precision',
    'top-1',
    '95 % interval',
    'top-5',
    'agrees with fp32',
    'drop',
    'flips',
  ];
  const rows = precisions.map((accuracy) =>
    accuracyRow(
      accuracy,
      comparisons.find(({ precision }) => precision === accuracy.precision),
    ),
  );
  const broken = notFinite.map(({ precision }) => [precision, 'NaN', '', '', '', '', '']);
  const align = ['left', ...Array(6).fill('right')] as const;
  return formatTable(head, [...rows, ...broken], align);
}

type Namer = (index: number) => string;

function flipLine({ image, label, fp32Class, answer, margin }: ClassFlip, name: Namer): string {
  return `  ${image}: ${name(label)}; fp32 says ${name(fp32Class)}, now ${name(answer)} (margin ${margin.toFixed(3)})`;
}

/** Flips and confusions that are told; --json has more. */
const shown = 5;

function detailLines({ precisions, comparisons }: Evaluation, name: Namer): readonly string[] {
  return [
    ...comparisons
      .filter(({ flips }) => flips.length > 0)
      .flatMap(({ precision, flips }) => [
        `flips of ${precision}, largest margin first`,
        ...flips.slice(0, shown).map((flip) => flipLine(flip, name)),
      ]),
    ...precisions
      .filter(({ confusions }) => confusions.length > 0)
      .flatMap(({ precision, confusions }) => [
        `confusions of ${precision}`,
        ...confusions
          .slice(0, shown)
          .map(
            ({ label, answer, count }) => `  ${name(label)} taken for ${name(answer)}: ${count}`,
          ),
      ]),
  ];
}

function describe(evaluation: Evaluation): string {
  const { model, dataset, images, unreadable, resumedFrom } = evaluation;
  const title = `${model} on ${images} pictures of ${dataset.path}${unreadable ? `, ${unreadable} unreadable` : ''}${
    resumedFrom ? `, ${resumedFrom} of an earlier run` : ''
  }`;
  return [title, accuracyTable(evaluation), ...detailLines(evaluation, String)].join('\n');
}

function progressText({ done, total, leftMs }: EvalProgress): string {
  const left = leftMs === undefined ? '' : `, ${formatElapsed(leftMs)} left`;
  return `${done} of ${total} pictures${left}`;
}

function maxDropsOf(points: string | undefined) {
  if (points === undefined) return {};
  const share = Number(points) / 100;
  if (!(share >= 0 && share <= 1)) {
    fail('command-line', { message: `--allow-drop takes points from 0 to 100, not '${points}'` });
  }
  return { maxDrops: Object.fromEntries(precisionNames.slice(1).map((name) => [name, share])) };
}

/** `rcc eval`: top-1 and top-5 by precision, side by side; ends with 1 where a precision loses too much. */
export async function evalSpec(
  path: string,
  options: EvalCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { spec, diagnostics } = await loadOneSpec(path);
  requireTrainedWeights(spec, options.weights);
  const notes: Diagnostic[] = [];
  const listener = listenerFor(context, notes);
  const request = { doing: 'running', batches: [8] };
  const { models, warnings, refusals } = await modelsFor(options, context, listener, request);
  if (refusals.length > 0) throw new DiagnosticError([...diagnostics, ...warnings, ...refusals]);
  context.progress.heading(`${spec.name} on ${options.data}`);
  const startedAt = performance.now();
  const evaluation = await evaluateSpec(spec, {
    data: options.data,
    models,
    list: options.list,
    labels: options.labels,
    limit: options.limit,
    statePath: options.state,
    signal: context.signal,
    onProgress: (progress) => context.progress.update(progressText(progress)),
    ...maxDropsOf(options.allowDrop),
  });
  context.progress.finish('pictures', `${evaluation.images}`, performance.now() - startedAt);
  const targets = new Map(models.map(({ target }) => [target.precision, target.name]));
  const accuracies = accuraciesOf(evaluation, targets);
  // Where nothing can be told, what an earlier run wrote stays.
  const written = accuracies.length > 0 ? options.output : undefined;
  if (written !== undefined) await writeJson(written, benchFileOf({ accuracies }));
  return {
    text: [describe(evaluation), ...(written === undefined ? [] : [written])].join('\n'),
    data: evaluation,
    diagnostics: [
      ...diagnostics,
      ...warnings,
      ...(context.keepsNotes ? notes : []),
      ...evaluation.diagnostics,
    ],
  };
}
