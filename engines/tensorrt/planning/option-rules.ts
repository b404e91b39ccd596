import { append } from '../../../src/collections/append.ts';
import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import type { ModelFacts } from '../../model-facts.ts';
import { flagOf } from '../../option-row.ts';
import { timingRows } from '../../timing-rows.ts';
import type { TensorrtIntent } from './intent.ts';
import { formatText } from './io-format.ts';
import { tensorrtOptionRows } from './option-rows.ts';
import { acceptsOption, describeReleases, isDeprecated, type OptionName } from './option-table.ts';
import type { PrecisionPlan } from './precision-recipes.ts';
import type { Release } from './release.ts';

/** What a run of trtexec is for: build an engine, time it, time its layers, or run given inputs once. */
export type CommandKind = 'build' | 'time' | 'profile' | 'run';

export interface RuleContext {
  readonly intent: TensorrtIntent;
  readonly release: Release;
  readonly model: ModelFacts;
  readonly precision: PrecisionPlan;
  readonly diagnostics: Diagnostic[];
}

/** An option of rcc that becomes the first of `forms` that the release takes. */
interface ValueRule {
  readonly key: keyof TensorrtIntent;
  readonly kinds: readonly CommandKind[];
  readonly forms: readonly OptionName[];
  /** The value to write, true for an option without one, undefined where nothing was asked for. */
  value(context: RuleContext): string | number | true | undefined;
}

/** An option of rcc that is on or off, whatever the release does by itself. */
interface SwitchRule {
  readonly key: keyof TensorrtIntent;
  readonly kinds: readonly CommandKind[];
  /** What releases did before they had `back`. */
  readonly classic: boolean;
  /** Departs from the classic state. */
  readonly away: OptionName;
  /** Leads back to it; a release that has it departs by itself. */
  readonly back: OptionName;
}

const runs = ['time', 'profile', 'run'] as const;
const onlyIf = (asked: boolean) => (asked ? true : undefined);

const valueRules: readonly ValueRule[] = [
  {
    key: 'workspaceMiB',
    kinds: ['build'],
    forms: ['--memPoolSize'],
    // A plain integer of MiB is the only spelling that every release reads alike.
    value: ({ intent }) => intent.workspaceMiB && `workspace:${intent.workspaceMiB}`,
  },
  {
    key: 'optimizationLevel',
    kinds: ['build'],
    forms: ['--builderOptimizationLevel'],
    value: ({ intent }) => intent.optimizationLevel,
  },
  {
    key: 'versionCompatible',
    // Loading such an engine needs the flag too: it holds code of the lean runtime.
    kinds: ['build', ...runs],
    forms: ['--versionCompatible'],
    value: ({ intent }) => onlyIf(intent.versionCompatible),
  },
  {
    key: 'hardwareCompatibility',
    kinds: ['build'],
    forms: ['--hardwareCompatibilityLevel'],
    value: ({ intent }) =>
      ({
        none: undefined,
        'ampere+': 'ampere+',
        'same-compute-capability': 'sameComputeCapability',
      })[intent.hardwareCompatibility],
  },
  {
    key: 'refit',
    kinds: ['build'],
    forms: ['--refit'],
    value: ({ intent }) => onlyIf(intent.refit),
  },
  {
    key: 'stripWeights',
    kinds: ['build'],
    forms: ['--stripWeights'],
    value: ({ intent }) => onlyIf(intent.stripWeights),
  },
  {
    key: 'stripWeights',
    kinds: runs,
    // Without it trtexec takes the engine for one that cannot be refitted, and runs it without weights.
    forms: ['--refit'],
    value: ({ intent }) => onlyIf(intent.stripWeights),
  },
  {
    key: 'stripWeights',
    kinds: runs,
    forms: ['--refitFromOnnx'],
    value: ({ intent, model }) => (intent.stripWeights ? model.path : undefined),
  },
  {
    key: 'sparsity',
    kinds: ['build'],
    forms: ['--sparsity'],
    value: ({ intent }) => (intent.sparsity === 'disable' ? undefined : intent.sparsity),
  },
  {
    key: 'inputFormat',
    kinds: ['build'],
    forms: ['--inputIOFormats'],
    value: (context) => formatText('input', context),
  },
  {
    key: 'outputFormat',
    kinds: ['build'],
    forms: ['--outputIOFormats'],
    value: (context) => formatText('output', context),
  },
  {
    key: 'auxStreams',
    kinds: ['build'],
    forms: ['--maxAuxStreams'],
    value: ({ intent }) => intent.auxStreams,
  },
  {
    key: 'profilingVerbosity',
    kinds: ['build'],
    forms: ['--profilingVerbosity'],
    value: ({ intent }) => intent.profilingVerbosity,
  },
  {
    key: 'profileLayers',
    kinds: ['profile'],
    forms: ['--separateProfileRun'],
    // From 11.0 the profile always has a run of its own, and the flag warns.
    value: ({ release }) => onlyIf(!isDeprecated(release, '--separateProfileRun')),
  },
  {
    key: 'streams',
    kinds: ['time'],
    forms: ['--infStreams', '--streams'],
    value: ({ intent }) => (intent.streams === 1 ? undefined : intent.streams),
  },
  {
    key: 'warmUpMs',
    kinds: ['time', 'profile'],
    forms: ['--warmUp'],
    value: ({ intent }) => intent.warmUpMs,
  },
  {
    key: 'durationMs',
    kinds: ['time', 'profile'],
    forms: ['--duration'],
    value: ({ intent }) => intent.durationMs / 1000,
  },
  {
    key: 'iterations',
    kinds: ['time', 'profile'],
    forms: ['--iterations'],
    value: ({ intent }) => intent.iterations,
  },
  {
    key: 'percentiles',
    kinds: ['time'],
    forms: ['--percentile'],
    value: ({ intent }) =>
      [...new Set([90, 95, 99, ...intent.percentiles])].toSorted((a, b) => a - b).join(','),
  },
  {
    key: 'device',
    kinds: ['build', ...runs],
    forms: ['--device'],
    value: ({ intent }) => intent.device || undefined,
  },
];

const switchRules: readonly SwitchRule[] = [
  {
    key: 'transfers',
    kinds: runs,
    classic: true,
    away: '--noDataTransfers',
    back: '--includeDataTransfers',
  },
  { key: 'cudaGraph', kinds: runs, classic: false, away: '--useCudaGraph', back: '--noCudaGraph' },
  { key: 'spinWait', kinds: runs, classic: false, away: '--useSpinWait', back: '--noSpinWait' },
];

/** The flag of rcc that sets a part of the intent. */
function flagFor(key: keyof TensorrtIntent): string {
  const row = [...tensorrtOptionRows, ...timingRows].find((one) => one.key === key);
  return row ? flagOf(row) : `--${key}`;
}

function argument(option: OptionName, value: string | number | true): string {
  return value === true ? option : `${option}=${value}`;
}

function applyValueRule(rule: ValueRule, context: RuleContext): string[] {
  const value = rule.value(context);
  if (value === undefined) return [];
  const form = rule.forms.find((option) => acceptsOption(context.release, option));
  if (form) return [argument(form, value)];
  const { version } = context.release;
  const lacking = rule.forms.map((option) => {
    const facts = { flag: flagFor(rule.key), option, version, releases: describeReleases(option) };
    return createDiagnostic('tensorrt-option-lacking', facts);
  });
  append(context.diagnostics, lacking);
  return [];
}

function applySwitchRule(rule: SwitchRule, { intent, release }: RuleContext): string[] {
  const wanted = intent[rule.key] === true;
  const byItself = acceptsOption(release, rule.back) ? !rule.classic : rule.classic;
  if (wanted === byItself) return [];
  return [wanted === rule.classic ? rule.back : rule.away];
}

/** The arguments that the intent's options become for one kind of command; what the release lacks is reported. */
export function applyRules(kind: CommandKind, context: RuleContext): string[] {
  return [
    ...valueRules.filter((r) => r.kinds.includes(kind)).flatMap((r) => applyValueRule(r, context)),
    ...switchRules
      .filter((r) => r.kinds.includes(kind))
      .flatMap((r) => applySwitchRule(r, context)),
  ];
}
