import type { Verdict } from '../../../engines/compare.ts';
import { type Verification, verifySpec } from '../../compile/verify.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { Reference, Spec } from '../../language/spec.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { VerifyCommandOptions } from '../commands/verify.ts';
import { networkOptionsOf } from '../options.ts';
import { loadSpecs } from './load-specs.ts';
import { runJobs } from './run-jobs.ts';

function referenceOf(specs: readonly Spec[], options: VerifyCommandOptions): Reference | undefined {
  const { input, logits } = options;
  if (input === undefined && logits === undefined) return undefined;
  if (input === undefined || logits === undefined || specs.length > 1)
    fail('reference-incomplete', {});
  return { input, logits };
}

const percent = (share: number): string => `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;
const short = (value: number): string => value.toExponential(1);

function describeVerdict(verdict: Verdict): readonly string[] {
  const { absoluteError, relativeError, cosine, tightest, tolerance } = verdict;
  return [
    `error     max ${short(absoluteError.max)}, mean ${short(absoluteError.mean)}; of the logits' deviation: max ${short(relativeError.max)}, mean ${short(relativeError.mean)}`,
    `cosine    least ${cosine.min.toFixed(6)}`,
    `agreement top-1 ${percent(verdict.top1Agreement)}, top-5 ${percent(verdict.top5Agreement)} of ${verdict.images} images${
      verdict.flipCount > 0
        ? `, ${verdict.flipCount} flipped (${verdict.realFlipCount} beyond a tie)`
        : ''
    }`,
    ...(tightest
      ? [
          `margin    the tightest top-1 leads by ${tightest.relative.toPrecision(3)} deviations (image ${tightest.image})`,
        ]
      : []),
    `tolerance ${tolerance.reason}`,
  ];
}

function describe({ model, precision, against, verdict }: Verification): string {
  const head = `${model} ${precision}: ${verdict.ok ? 'passed' : 'FAILED'} against ${against}`;
  return [head, ...describeVerdict(verdict).map((line) => `  ${line}`)].join('\n');
}

/** `rcc verify`: every spec in every precision asked for; the exit code says whether all passed. */
export async function verifySpecs(
  paths: readonly string[],
  options: VerifyCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { specs, diagnostics: warnings } = await loadSpecs(paths);
  const reference = referenceOf(specs, options);
  const { results, diagnostics } = await runJobs(
    {
      specs,
      batches: [1],
      run: ({ spec, precision, target: { engine, form }, listener }) =>
        verifySpec(spec, {
          precision,
          engine: engine ?? fail('target-without-engine', { target: options.target }),
          form,
          listener,
          signal: context.signal,
          ...(reference ? { reference } : {}),
          ...networkOptionsOf(options),
        }),
    },
    options,
    context,
  );
  return {
    text: results.map(describe).join('\n'),
    data: results.map(({ diagnostics: _, ...rest }) => rest),
    diagnostics: [...warnings, ...diagnostics, ...results.flatMap((result) => result.diagnostics)],
  };
}
