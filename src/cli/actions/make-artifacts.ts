import type { Precision } from '../../../codegen/precisions.ts';
import { auditToJson, formatAudit } from '../../../engines/audit/format-audit.ts';
import { type Compilation, type CompileOptions, compileSpec } from '../../compile/compile.ts';
import { checkExpectations } from '../../compile/expectations.ts';
import { firstImpression, type ModelOptions } from '../../compile/model-options.ts';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CompileCommandOptions } from '../commands/compile.ts';
import { formatMeasurements } from '../table.ts';
import type { Text } from '../text.ts';
import { idleTiming, timingOf } from '../timing-options.ts';
import { afterCompile } from './after-compile.ts';
import { runJobs } from './run-jobs.ts';

export interface ArtifactsRequest {
  readonly specs: readonly Spec[];
  /** Of the specs. */
  readonly warnings: readonly Diagnostic[];
  /** Where each artifact goes, and what else is its own. */
  artifactOf(
    spec: Spec,
    precision: Precision,
  ): Pick<CompileOptions, 'directory' | 'command' | 'earlier' | 'accept'>;
}

/** What is told, and what was made; a dry run makes nothing. */
export interface MadeArtifacts {
  readonly result: CommandResult & { readonly diagnostics: readonly Diagnostic[] };
  readonly compilations: readonly Compilation[];
}

/** What the audits that failed have to say, each text once. */
function describeAudits({ audits }: Compilation): readonly string[] {
  return [...new Set(audits.filter(({ verdict }) => verdict === 'fail').map(formatAudit))];
}

/** Audits that failed, times, and the folders where everything is. */
function describe(compilations: readonly Compilation[]): Text {
  const rows = compilations.flatMap(({ manifest: { model }, measurements }) =>
    measurements.map((measurement) => ({ model, ...measurement })),
  );
  return [
    ...compilations.flatMap(describeAudits),
    ...(rows.length > 0 ? [formatMeasurements(rows), ''] : []),
    ...compilations.flatMap(({ directory }) => directory ?? []),
  ];
}

/** As --json gives it. */
function dataOf({ diagnostics: _, audits, ...rest }: Compilation) {
  return { ...rest, audits: audits.map(auditToJson) };
}

function refuseBroken({ specs, warnings }: ArtifactsRequest): void {
  const broken = specs.flatMap((spec) => checkExpectations(spec).diagnostics);
  if (broken.length > 0) throw new DiagnosticError([...warnings, ...broken]);
}

async function compileAll(
  specs: readonly Spec[],
  optionsFor: (spec: Spec, model: ModelOptions) => CompileOptions,
  options: CompileCommandOptions,
  context: CommandContext,
): Promise<MadeArtifacts> {
  const { batch, batches } = options;
  const run = (spec: Spec, model: ModelOptions) => compileSpec(spec, optionsFor(spec, model));
  const { results, diagnostics } = await runJobs({ specs, batch, batches, run }, options, context);
  const result = {
    text: describe(results),
    next: afterCompile(results),
    data: results.map(dataOf),
    diagnostics: [...diagnostics, ...results.flatMap((each) => each.diagnostics)],
  };
  return { result, compilations: results };
}

/** Makes the artifact of each spec in each precision, or tells what would be done; all mistakes in specs are told before anything is made. */
export async function makeArtifacts(
  request: ArtifactsRequest,
  options: CompileCommandOptions,
  context: CommandContext,
): Promise<MadeArtifacts> {
  const { specs, warnings, artifactOf } = request;
  refuseBroken(request);
  const optionsFor = (spec: Spec, model: ModelOptions): CompileOptions => ({
    ...model,
    ...artifactOf(spec, model.target.precision),
    verify: options.verify,
    timing: options.time ? timingOf(options, firstImpression) : undefined,
  });
  const idle = options.time ? [] : idleTiming(options, '--no-time leaves timing out');
  const before = [...warnings, ...idle];
  const { result, compilations } = await (options.dryRun
    ? import('./dry-run.ts').then(async ({ dryRunSpecs }) => ({
        result: await dryRunSpecs({ specs, optionsFor }, options, context),
        compilations: [],
      }))
    : compileAll(specs, optionsFor, options, context));
  return {
    result: { ...result, diagnostics: [...before, ...result.diagnostics] },
    compilations,
  };
}
