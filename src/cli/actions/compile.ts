import { join } from 'node:path';
import { printGraph } from '../../../codegen/ir/print.ts';
import { passNames } from '../../../codegen/passes/pipeline.ts';
import { auditToJson, formatAudit } from '../../../engines/audit/format-audit.ts';
import type { Measurement } from '../../../engines/engine.ts';
import { type Compilation, compileSpec } from '../../compile/compile.ts';
import { checkExpectations } from '../../compile/expectations.ts';
import { printPass } from '../../compile/print-pass.ts';
import { firstImpression } from '../../compile/timing.ts';
import { type Diagnostic, DiagnosticError, fail } from '../../diagnostics/diagnostic.ts';
import { findNearest } from '../../diagnostics/nearest.ts';
import type { Spec } from '../../language/spec.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CompileCommandOptions } from '../commands/compile.ts';
import { networkOptionsOf, precisionsOf, timingOf } from '../options.ts';
import { formatTable } from '../table.ts';
import { listenerFor } from './listener.ts';
import { loadSpecs } from './load-specs.ts';
import { targetFor } from './target-for.ts';

type Job = { readonly spec: Spec; readonly precision: 'fp32' | 'fp16'; readonly directory: string };

/** One spec and one precision: `-o` is the artifact's folder; otherwise it is the root of <model>/<precision>. */
function planJobs(specs: readonly Spec[], options: CompileCommandOptions): readonly Job[] {
  const precisions = precisionsOf(options);
  const single = specs.length === 1 && precisions.length === 1 && options.output !== undefined;
  return specs.flatMap((spec) =>
    precisions.map((precision) => ({
      spec,
      precision,
      directory: single
        ? (options.output ?? '')
        : join(options.output ?? 'build', spec.name, precision),
    })),
  );
}

function checkUse(specs: readonly Spec[], options: CompileCommandOptions): void {
  if (options.weights !== undefined && specs.length > 1) {
    fail('weights-for-several-specs', { count: specs.length });
  }
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail('model-twice', { model: twice });
}

function printAfter(specs: readonly Spec[], options: CompileCommandOptions): CommandResult {
  const pass = options.printAfter ?? '';
  const known = ['lower', ...passNames];
  if (!known.includes(pass)) {
    fail('unknown-pass', { pass, known, nearest: findNearest(pass, known) });
  }
  const graphs = specs.flatMap((spec) =>
    precisionsOf(options).map((precision) =>
      printPass(spec, { pass, precision, ...(options.batch ? { batch: options.batch } : {}) }),
    ),
  );
  return { text: graphs.map(printGraph).join('\n').trimEnd(), data: graphs.map(printGraph) };
}

const ms = (value: number): string => value.toFixed(2);

export function timingTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ batch, latency, imagesPerSecond, settings, stable }) => [
    String(batch),
    ms(latency.medianMs),
    ms(latency.p90Ms),
    ms(latency.p99Ms),
    imagesPerSecond.toFixed(1),
    String(settings.threads ?? ''),
    stable ? '' : 'unstable',
  ]);
  const head = ['batch', 'median ms', 'p90 ms', 'p99 ms', 'images/s', 'threads', ''];
  return formatTable(head, rows, ['right', 'right', 'right', 'right', 'right', 'right', 'left']);
}

/** What the audits that failed have to say, each text once. */
function describeAudits({ audits }: Compilation): readonly string[] {
  return [...new Set(audits.filter(({ verdict }) => verdict === 'fail').map(formatAudit))];
}

function describe(compilation: Compilation, job: Job): string {
  const { measurements, directory } = compilation;
  const timing =
    measurements.length > 0
      ? [`${job.spec.name} ${job.precision}`, timingTable(measurements), '']
      : [];
  return [...describeAudits(compilation), ...timing, directory].join('\n');
}

const timedBatches = [1, 4, 8];

async function runJob(
  job: Job,
  options: CompileCommandOptions,
  context: CommandContext,
): Promise<{ readonly compilation: Compilation; readonly notes: readonly Diagnostic[] }> {
  const notes: Diagnostic[] = [];
  const listener = listenerFor(context, notes);
  const { precision, directory } = job;
  const batches = options.batch === undefined ? timedBatches : [options.batch];
  const { engine, form, reason } = await targetFor(options, context, {
    precision,
    batches,
    onNote: (note) => listener.onNote?.(note),
  });
  context.progress.heading(`${job.spec.name} ${precision} for ${reason}`);
  const compilation = await compileSpec(job.spec, {
    precision,
    directory,
    form,
    verify: options.verify,
    ...(form.target === 'tensorrt' ? { verifiedBatches: batches } : {}),
    timedBatches: options.time ? batches : [],
    timing: timingOf(options, firstImpression),
    listener,
    signal: context.signal,
    ...(engine ? { engine } : {}),
    ...networkOptionsOf(options),
    ...(options.batch === undefined ? {} : { batch: options.batch }),
  });
  return { compilation, notes };
}

/** `rcc compile`: each spec in each precision, one after another; all mistakes in specs are told before anything is made. */
export async function compileSpecs(
  paths: readonly string[],
  options: CompileCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { specs, diagnostics: warnings } = await loadSpecs(paths);
  if (options.printAfter !== undefined) return printAfter(specs, options);
  checkUse(specs, options);
  const broken = specs.flatMap((spec) => checkExpectations(spec).diagnostics);
  if (broken.length > 0) throw new DiagnosticError(...warnings, ...broken);
  const texts: string[] = [];
  const data: unknown[] = [];
  const diagnostics: Diagnostic[] = [...warnings];
  for (const job of planJobs(specs, options)) {
    const { compilation, notes } = await runJob(job, options, context);
    const { directory, manifest, verdict, audits, measurements } = compilation;
    texts.push(describe(compilation, job));
    data.push({
      directory,
      manifest,
      ...(verdict ? { verdict } : {}),
      audits: audits.map(auditToJson),
      measurements,
    });
    // Notes have been shown on the way; a machine gets them with the result.
    diagnostics.push(...(context.json ? notes : []), ...compilation.diagnostics);
  }
  return { text: texts.join('\n'), data, diagnostics };
}
