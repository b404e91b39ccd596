import { precisionNames } from '../../../codegen/precisions.ts';
import type { ClassFlip, PrecisionAccuracy, PrecisionComparison } from '../../accuracy/accuracy.ts';
import type { EvalProgress, Evaluation } from '../../accuracy/evaluate.ts';
import { groupBy } from '../../collections/group-by.ts';
import { writeJson } from '../../compile/artifact-files.ts';
import { evaluateSpec, requireTrainedWeights } from '../../compile/evaluate.ts';
import type { ModelOptions } from '../../compile/model-options.ts';
import type { CompileListener } from '../../compile/phases.ts';
import { loadOneSpec } from '../../compile/spec-files.ts';
import { benchFileOf } from '../../compile/timing.ts';
import { type Diagnostic, DiagnosticError, fail } from '../../diagnostics/diagnostic.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import { readLabels } from '../../images/labels.ts';
import type { Spec } from '../../language/spec.ts';
import { accuraciesOf } from '../../report/from-engines.ts';
import type { CommandContext, CommandResult, Progress } from '../command.ts';
import type { EvalCommandOptions } from '../commands/eval.ts';
import { formatElapsed } from '../format-elapsed.ts';
import { formatTable } from '../table.ts';
import { paragraphs, type Text } from '../text.ts';
import { hasTop5 } from '../top5.ts';
import { listenerFor } from './listener.ts';
import { modelsFor } from './run-jobs.ts';

const percent = (share: number): string => formatPercent(share, 2);
const points = (share: number): string => (100 * share).toFixed(2);

/** A precision with what changed from fp32 to it. */
interface Judged {
  readonly accuracy: PrecisionAccuracy;
  readonly comparison: PrecisionComparison | undefined;
}

interface Column {
  readonly head: string;
  cell(judged: Judged): string | undefined;
}

const columns: readonly Column[] = [
  { head: 'precision', cell: ({ accuracy }) => accuracy.precision },
  { head: 'top-1', cell: ({ accuracy }) => percent(accuracy.top1) },
  {
    head: '95 % interval',
    cell: ({ accuracy: { top1Interval } }) =>
      `${points(top1Interval.low)} to ${percent(top1Interval.high)}`,
  },
  { head: 'top-5', cell: ({ accuracy }) => percent(accuracy.top5) },
  {
    head: 'agrees with fp32',
    cell: ({ comparison }) => comparison && percent(comparison.agreement),
  },
  { head: 'drop', cell: ({ comparison }) => comparison && points(comparison.top1Drop) },
  { head: 'flips', cell: ({ comparison }) => comparison && String(comparison.flipCount) },
  {
    head: 'nearly ties',
    cell: ({ comparison }) => comparison && String(comparison.smallFlipCount),
  },
];

/** What a narrow window can do without. */
const spare = ['nearly ties', 'top-5', 'drop'];

function accuracyTable({ precisions, comparisons, notFinite }: Evaluation, classes: number): Text {
  const judged = precisions.map((accuracy): Judged => {
    const comparison = comparisons.find(({ precision }) => precision === accuracy.precision);
    return { accuracy, comparison };
  });
  const identity = columns.slice(0, 2);
  // With one precision there is nothing to compare, and where all are broken nothing to tell.
  const told = columns.slice(2).filter(({ cell }) => judged.some((one) => cell(one) !== undefined));
  const shown = [...identity, ...told].filter(({ head }) => head !== 'top-5' || hasTop5(classes));
  const rows = judged.map((one) => shown.map(({ cell }) => cell(one) ?? ''));
  const broken = notFinite.map(({ precision }) =>
    shown.map((_, index) => ([precision, 'NaN'] as const)[index] ?? ''),
  );
  const align = shown.map((_, index) => (index === 0 ? 'left' : 'right'));
  return formatTable(
    shown.map(({ head }) => head),
    [...rows, ...broken],
    align,
    spare,
  );
}

type Namer = (index: number) => string;

/** Classes by their labels, where there are any. */
async function namerOf({ labels: own, classes }: Spec, given: string | undefined): Promise<Namer> {
  const file = given ?? own;
  const names = file === undefined ? [] : (await readLabels(file, classes)).names;
  return (index) => names[index] ?? `class ${index}`;
}

function flipLine({ image, label, fp32Class, answer, margin }: ClassFlip, name: Namer): string {
  return `  ${image}: ${name(label)}; fp32 says ${name(fp32Class)}, now ${name(answer)} (margin ${margin.toFixed(3)})`;
}

/** Flips and confusions that are told; --json has more. */
const shown = 5;

function confusionLines({ confusions }: PrecisionAccuracy, name: Namer): readonly string[] {
  return confusions
    .slice(0, shown)
    .map(({ label, answer, count }) => `  ${name(label)} taken for ${name(answer)}: ${count}`);
}

/** What flipped, and what is taken for what; precisions that are wrong alike are told together. */
function details({ precisions, comparisons }: Evaluation, name: Namer): readonly Text[] {
  const confused = precisions.filter(({ confusions }) => confusions.length > 0);
  const alike = groupBy(confused, (each) => confusionLines(each, name).join('\n'));
  return [
    ...comparisons
      .filter(({ flips }) => flips.length > 0)
      .map(({ precision, flips }) => [
        `flips of ${precision}, largest margin first`,
        ...flips.slice(0, shown).map((flip) => flipLine(flip, name)),
      ]),
    ...[...alike].map(([lines, same]) => [
      `confusions of ${same.map(({ precision }) => precision).join(', ')}`,
      lines,
    ]),
  ];
}

function describe(evaluation: Evaluation, { classes }: Spec, name: Namer): Text {
  const { model, dataset, images, unreadable, resumedFrom } = evaluation;
  const title = `${model} on ${images} pictures of ${dataset.path}${unreadable ? `, ${unreadable} unreadable` : ''}${
    resumedFrom ? `, ${resumedFrom} of an earlier run` : ''
  }`;
  return paragraphs([[title, accuracyTable(evaluation, classes)], ...details(evaluation, name)]);
}

function progressText({ done, total, leftMs }: EvalProgress): string {
  const left = leftMs === undefined ? '' : `, ${formatElapsed(leftMs)} left`;
  return `${done} of ${total} pictures${left}`;
}

/** A model whose phases stand below a line that names it. */
function announced(model: ModelOptions, { name }: Spec, progress: Progress): ModelOptions {
  const { target, listener } = model;
  const onStart: CompileListener['onStart'] = (phase) => {
    if (phase === 'graph') progress.heading(`${name} ${target.precision} for ${target.reason}`);
    listener?.onStart?.(phase);
  };
  return { ...model, listener: { ...listener, onStart } };
}

/** Shows how far pictures are, beginning with the first, when all engines are built. */
function showEvaluation(title: string, models: readonly ModelOptions[], progress: Progress) {
  const precisions = models.map(({ target }) => target.precision).join(', ');
  let startedAt: number | undefined;
  return {
    update(now: EvalProgress): void {
      if (startedAt === undefined) {
        progress.heading(title);
        progress.start('pictures');
      }
      startedAt ??= performance.now();
      progress.update(`${progressText(now)}, in ${precisions}`);
    },
    finish(images: number): void {
      const sinceMs = performance.now() - (startedAt ?? performance.now());
      progress.finish('pictures', `${images} in ${precisions}`, sinceMs);
    },
  };
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
  const name = await namerOf(spec, options.labels);
  const title = `${spec.name} on ${options.data}`;
  const evaluating = showEvaluation(title, models, context.progress);
  const evaluation = await evaluateSpec(spec, {
    data: options.data,
    models: models.map((model) => announced(model, spec, context.progress)),
    list: options.list,
    labels: options.labels,
    limit: options.limit,
    statePath: options.state,
    signal: context.signal,
    onProgress: evaluating.update,
    ...maxDropsOf(options.allowDrop),
  });
  evaluating.finish(evaluation.images);
  const targets = new Map(models.map(({ target }) => [target.precision, target.name]));
  const accuracies = accuraciesOf(evaluation, targets);
  // Where nothing can be told, what an earlier run wrote stays.
  const written = accuracies.length > 0 ? options.output : undefined;
  if (written !== undefined) await writeJson(written, benchFileOf({ accuracies }));
  return {
    text: paragraphs([
      describe(evaluation, spec, name),
      ...(written === undefined ? [] : [written]),
    ]),
    data: evaluation,
    diagnostics: [
      ...diagnostics,
      ...warnings,
      ...(context.keepsNotes ? notes : []),
      ...evaluation.diagnostics,
    ],
  };
}
