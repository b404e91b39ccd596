import type { GraphForm } from '../../../codegen/passes/graph-form.ts';
import { type Diagnostic, DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { ModelFacts } from '../../model-facts.ts';
import { checkPrecision, checkSupport, type Gpu } from './gpu.ts';
import type { TensorrtIntent } from './intent.ts';
import { planTrtexec, type TrtexecPlan } from './plan.ts';
import { graphFor } from './precision-recipes.ts';
import { type Release, resolveRelease, supportedReleases } from './release.ts';

/** Releases that one model.onnx serves, and the orders for which each stands: its own, up to but without `until`. */
export interface ServedRelease {
  readonly release: Release;
  readonly from: number;
  readonly until: number;
}

/** Releases next to each other that take the same commands. */
export interface ReleaseFamily {
  readonly from: number;
  /** Infinity where there is no newer one yet. */
  readonly until: number;
  /** Of the newest of them. */
  readonly plan: TrtexecPlan;
}

/** A line that branched off an older one has options of its own, see `resolveRelease`. */
const branched = ['9.2.0'];

/** One line, whatever its patch. */
function lineOf(release: Release): ServedRelease {
  const from = Math.floor(release.order / 100) * 100;
  return { release, from, until: from + 100 };
}

function everyRelease(): readonly ServedRelease[] {
  const releases = [...supportedReleases, ...branched]
    .map(resolveRelease)
    .toSorted((a, b) => a.order - b.order);
  return releases.map((release, i) => {
    const from = release.order;
    return { release, from, until: releases[i + 1]?.order ?? Number.POSITIVE_INFINITY };
  });
}

/** What stands against a GPU and a precision in a release, whatever the model. */
function refusalsOf(intent: TensorrtIntent, gpu: Gpu, release: Release): readonly Diagnostic[] {
  const against = [...checkSupport(gpu, release), ...checkPrecision(gpu, intent.precision)];
  const errors = against.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return errors;
  try {
    graphFor(intent, release);
    return [];
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}

/** Two forms with the same key give the same file. */
function formKey({ precision, head, int8Form, int8Weights, int8Rest }: GraphForm): string {
  return JSON.stringify([precision, head, int8Form?.name, int8Weights, int8Rest]);
}

/**
 * The releases for which one model.onnx can be written, oldest first, with its form: those of the line that was asked for, else all that want what the
 * newest wants that supports the GPU. Throws DiagnosticError where there is none.
 */
export function servedReleases(
  intent: TensorrtIntent,
  gpu: Gpu,
  asked: string | undefined,
): { readonly served: readonly ServedRelease[]; readonly form: GraphForm } {
  const candidates = asked === undefined ? everyRelease() : [lineOf(resolveRelease(asked))];
  const usable = candidates.filter(({ release }) => refusalsOf(intent, gpu, release).length === 0);
  const newest = usable.at(-1);
  if (!newest) {
    const last = candidates.at(-1);
    throw new DiagnosticError(last ? refusalsOf(intent, gpu, last.release) : []);
  }
  const form = graphFor(intent, newest.release);
  const key = formKey(form);
  const served = usable.filter(({ release }) => formKey(graphFor(intent, release)) === key);
  return { served, form };
}

const argumentsOf = ({ commands }: TrtexecPlan): string =>
  JSON.stringify(commands.map(({ args }) => args));

/** One family for neighbours that take the same. */
function joined(families: readonly ReleaseFamily[]): readonly ReleaseFamily[] {
  const found: ReleaseFamily[] = [];
  for (const next of families) {
    const last = found.at(-1);
    const isSame = last?.until === next.from && argumentsOf(last.plan) === argumentsOf(next.plan);
    const begins = isSame ? found.pop()?.from : undefined;
    found.push({ ...next, from: begins ?? next.from });
  }
  return found;
}

/** The commands of each served release; a release in which an option is lacking is left out, unless it is so in all. Throws DiagnosticError. */
export function planFamilies(
  intent: TensorrtIntent,
  gpu: Gpu,
  model: ModelFacts,
  served: readonly ServedRelease[],
): readonly ReleaseFamily[] {
  const planned = served.map(({ release, from, until }) => ({
    ...planTrtexec(intent, { release, gpu }, model),
    from,
    until,
  }));
  const families = joined(
    planned.flatMap(({ plan, from, until }) => (plan ? [{ plan, from, until }] : [])),
  );
  if (families.length > 0) return families;
  throw new DiagnosticError(planned.at(-1)?.diagnostics ?? []);
}
