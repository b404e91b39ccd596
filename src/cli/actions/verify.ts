import type { Verdict } from '../../../engines/compare.ts';
import type { FeatureFigures } from '../../../engines/compare-features.ts';
import type { StageReport } from '../../calibration/bisect.ts';
import type { RangeReport } from '../../calibration/range-report.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import { verifySpec } from '../../compile/verify.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { formatFigure } from '../../diagnostics/format-figure.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { Reference } from '../../language/spec.ts';
import { type VerifiedSpec, verifyCases } from '../cases/verify-cases.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { VerifyCommandOptions } from '../commands/verify.ts';
import { formatTable } from '../table.ts';
import { indented, paragraphs, type Text } from '../text.ts';
import { idleTiming } from '../timing-options.ts';
import { hasTop5 } from '../top5.ts';
import { runJobs } from './run-jobs.ts';

/** The files that the options name. Throws DiagnosticError `reference-incomplete`. */
export function referenceOf(
  specs: readonly unknown[],
  options: VerifyCommandOptions,
): Reference | undefined {
  const { input, logits, outputs } = options;
  if (input === undefined && logits === undefined && outputs === undefined) return undefined;
  const isWhole = (logits === undefined) !== (outputs === undefined);
  if (input === undefined || !isWhole || specs.length > 1) fail('reference-incomplete', {});
  return {
    input,
    ...(logits === undefined ? {} : { logits }),
    ...(outputs === undefined ? {} : { outputs }),
  };
}

const percent = (share: number): string => formatPercent(share, share === 1 ? 0 : 1);

/** The margin of lines with a name before them. */
const column = 11;

function describeFeatures(
  { kind, relativeError, worstImage, cosine, neighbours }: FeatureFigures,
  { images, tolerance }: Verdict,
): readonly string[] {
  const told = [
    `error      of an image's size: max ${formatFigure(relativeError.max)} (image ${worstImage}), mean ${formatFigure(relativeError.mean)}`,
    `cosine     least ${cosine.min.toFixed(6)} of ${images} images`,
  ];
  const order = neighbours
    ? [
        `order      ${neighbours.swapped} of ${neighbours.pairs} pairs of neighbours changed places (${neighbours.realSwaps} beyond a tie)`,
      ]
    : [];
  const [error, direction] = told as [string, string];
  const lines = kind === 'embedding' ? [direction, ...order, error] : [error, direction];
  return [...lines, `tolerance  ${tolerance.reason}`];
}

/** Of several outputs one after the other, each under its name; what they may differ is told at last. */
function describeOutputs(outputs: readonly Verdict[], classes: number): readonly string[] {
  const isTolerance = (line: string) => line.startsWith('tolerance');
  const told = outputs.map((each) => ({ each, lines: describeVerdict(each, classes) }));
  return [
    ...told.flatMap(({ each, lines }) => [
      `${(each.output ?? '').padEnd(column)}${each.ok ? 'passed' : 'FAILED'}`,
      ...lines.filter((line) => !isTolerance(line)).map((line) => `  ${line}`),
    ]),
    ...new Set(told.flatMap(({ lines }) => lines.filter(isTolerance))),
  ];
}

/** Nothing but that, where numbers are none. */
function describeVerdict(verdict: Verdict, classes: number): readonly string[] {
  if (verdict.outputs) return describeOutputs(verdict.outputs, classes);
  if (verdict.features) return describeFeatures(verdict.features, verdict);
  if (!verdict.absoluteError) return [`finite     no. ${verdict.reason}`];
  const { absoluteError, relativeError, cosine, tightest, tolerance, unit } = verdict;
  const top5 = hasTop5(classes) ? `, top-5 ${percent(verdict.top5Agreement)}` : '';
  return [
    `error      max ${formatFigure(absoluteError.max)}, mean ${formatFigure(absoluteError.mean)}; of ${unit}: max ${formatFigure(relativeError.max)}, mean ${formatFigure(relativeError.mean)}`,
    `cosine     least ${cosine.min.toFixed(6)}`,
    `agreement  top-1 ${percent(verdict.top1Agreement)}${top5} of ${verdict.images} images${
      verdict.flipCount > 0
        ? `, ${verdict.flipCount} flipped (${verdict.realFlipCount} beyond a tie)`
        : ''
    }`,
    ...(tightest
      ? [
          `margin     the tightest top-1 leads by ${formatFigure(tightest.relative, 3)} of ${unit} (image ${tightest.image})`,
        ]
      : []),
    `tolerance  ${tolerance.reason}`,
  ];
}

/** What a verdict on a float16 model shows where the processor computes in float32. */
const roundingNotes = {
  weights: 'rounding   weights only: this processor computes float16 graphs in float32',
  all: 'rounding   weights and every activation, as a float16 device does; emulated in float32',
} as const;

function describeRanges({ data, blocks }: RangeReport): Text {
  const rows = blocks.map(({ block, largestActivation, largestWeight, keptFp32 }) => [
    block,
    largestActivation.toPrecision(4),
    largestWeight.toPrecision(4),
    keptFp32 ? 'in float32' : '',
  ]);
  const head = ['block', 'largest activation', 'largest weight', ''];
  const table = formatTable(head, rows, ['left', 'right', 'right', 'left']);
  return [`largest numbers with ${data}`, table];
}

function describeError({ error, nonFinite }: StageReport['largest']): string {
  return error === undefined ? `not finite (${nonFinite})` : formatFigure(error);
}

function describeBisection(reports: readonly StageReport[]): Text {
  const rows = reports.map(({ stage, bound, largest, first }) => [
    stage,
    describeError(largest),
    largest.node,
    formatFigure(bound),
    first?.node ?? '',
  ]);
  const head = ['form', 'largest error', 'at', 'allowed', 'first out of bounds'];
  return formatTable(head, rows, ['left', 'right', 'left', 'right', 'left']);
}

function describe({ spec: { classes }, verification }: VerifiedSpec): Text {
  const { model, precision, against, verdict, emulated, ranges, bisection } = verification;
  const tell = (kind: string, judged: Verdict, note?: string): Text => [
    `${model} ${kind}: ${judged.ok ? 'passed' : 'FAILED'} against ${against}`,
    indented([...(note ? [note] : []), ...describeVerdict(judged, classes)]),
  ];
  return paragraphs([
    tell(precision, verdict, emulated && roundingNotes.weights),
    ...(emulated ? [tell(`${precision} emulated`, emulated, roundingNotes.all)] : []),
    ...(ranges ? [indented(describeRanges(ranges))] : []),
    ...(bisection ? [indented(describeBisection(bisection))] : []),
  ]);
}

/** `rcc verify`: every spec in every precision asked for; the exit code says whether all passed. */
export async function verifySpecs(
  paths: readonly string[],
  options: VerifyCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { specs, diagnostics: warnings } = await loadSpecs(paths);
  const reference = referenceOf(specs, options);
  const { results, diagnostics, failures } = await runJobs<VerifiedSpec>(
    {
      specs,
      doing: 'running',
      batches: options.batches,
      run: async (spec, model) => ({
        spec,
        verification: await verifySpec(spec, { ...model, reference, bisect: options.bisect }),
      }),
    },
    options,
    context,
  );
  const verified = results.map(({ verification }) => verification);
  return {
    text: paragraphs(results.map(describe)),
    data: verified.map(({ diagnostics: _, batches: __, ...rest }) => rest),
    cases: verifyCases(results, failures),
    diagnostics: [
      ...warnings,
      ...idleTiming(options, 'rcc verify times nothing'),
      ...diagnostics,
      ...verified.flatMap((each) => each.diagnostics),
    ],
  };
}
