import { join } from 'node:path';
import { printGraph } from '../../../codegen/ir/print.ts';
import { passNames } from '../../../codegen/passes/pipeline.ts';
import type { Measurement } from '../../../engines/engine.ts';
import { type Compilation, compileSpec } from '../../compile/compile.ts';
import { checkExpectations } from '../../compile/expectations.ts';
import { printPass } from '../../compile/print-pass.ts';
import { type Diagnostic, DiagnosticError, fail } from '../../diagnostics/diagnostic.ts';
import { findNearest } from '../../diagnostics/nearest.ts';
import type { Spec } from '../../language/spec.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CompileCommandOptions } from '../commands/compile.ts';
import { networkOptionsOf, precisionsOf } from '../options.ts';
import { formatTable } from '../table.ts';
import { chooseTarget } from './engine-for.ts';
import { listenerFor } from './listener.ts';
import { loadSpecs } from './load-specs.ts';

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

function describe(compilation: Compilation, job: Job): string {
  const { measurements, directory } = compilation;
  const lines =
    measurements.length > 0
      ? [`${job.spec.name} ${job.precision}`, timingTable(measurements), '']
      : [];
  return [...lines, directory].join('\n');
}

async function runJob(
  job: Job,
  options: CompileCommandOptions,
  context: CommandContext,
): Promise<{ readonly compilation: Compilation; readonly notes: readonly Diagnostic[] }> {
  const notes: Diagnostic[] = [];
  const { engine, reason } = chooseTarget(options);
  context.progress.heading(`${job.spec.name} ${job.precision} for ${reason}`);
  const compilation = await compileSpec(job.spec, {
    precision: job.precision,
    directory: job.directory,
    verify: options.verify,
    timedBatches: options.time ? [1, 4, 8] : [],
    listener: listenerFor(context, notes),
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
    const { directory, manifest, verdict, measurements } = compilation;
    texts.push(describe(compilation, job));
    data.push({ directory, manifest, ...(verdict ? { verdict } : {}), measurements });
    // Notes have been shown on the way; a machine gets them with the result.
    diagnostics.push(...(context.json ? notes : []), ...compilation.diagnostics);
  }
  return { text: texts.join('\n'), data, diagnostics };
}
