import { dirname, join } from 'node:path';
import { createDiagnostic, fail } from '../../../src/diagnostics/diagnostic.ts';
import { replaceFile } from '../../../src/io/artifact.ts';
import type { BuildRequest } from '../../engine.ts';
import { isDiskFull } from '../logs/failure.ts';
import { inExcerpt } from '../logs/failure-patterns.ts';
import { splitArgument } from '../planning/option-table.ts';
import type { TrtexecCommand } from '../planning/plan.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { replaceIfWritten, sizeOf } from './optional-file.ts';
import {
  type FinishedRun,
  failedRun,
  runCommand,
  throwFailure,
  withoutOption,
  withPaths,
} from './run-command.ts';
import { sharedCachePath } from './timing-cache.ts';

const cacheTrouble = /timing ?cache/i;
const missingCache = /^Could not read (?:timing )?cache from/;

/** Whether a build failed over its timing cache: then it is worth one more try without. */
function isCacheTrouble({ result, report }: FinishedRun): boolean {
  const ended = result.exitCode !== 0 && !result.cancelled && !result.timedOut;
  return ended && report.errors.some((error) => cacheTrouble.test(error));
}

async function runBuild(
  options: TensorrtEngineOptions,
  planned: TrtexecCommand,
  command: TrtexecCommand,
  request: BuildRequest,
): Promise<FinishedRun> {
  const finished = await runCommand(options, planned, command, request);
  if (!isCacheTrouble(finished)) return finished;
  const path = sharedCachePath(options) ?? '';
  options.onNote?.(createDiagnostic('tensorrt-cache-rejected', { path }));
  return runCommand(options, planned, withoutOption(command, '--timingCacheFile'), request);
}

/** One engine that is in its place. */
export interface PlacedEngine {
  readonly sizeBytes: number;
  /** First lines of the first warnings. */
  readonly warnings: readonly string[];
  /** How many more there were. */
  readonly furtherWarnings: number;
}

function warningsOf({ report }: FinishedRun): Omit<PlacedEngine, 'sizeBytes'> {
  const lines = report.warnings.map((text) => text.split('\n', 1)[0] ?? '');
  return {
    // That a first build finds no timing cache is as it should be.
    warnings: lines.filter((text) => !missingCache.test(text)),
    furtherWarnings: report.warningCount - report.warnings.length,
  };
}

/** Builds one engine under a temporary name and puts it in place when it is whole. Throws DiagnosticError. */
export async function buildOne(
  options: TensorrtEngineOptions,
  planned: TrtexecCommand,
  request: BuildRequest,
): Promise<PlacedEngine> {
  const layers = planned.args.map(splitArgument).find(({ name }) => name === '--exportLayerInfo');
  const layersPath = layers?.value ?? join(dirname(planned.engine), 'layers.json');
  return replaceIfWritten(layersPath, (partialLayers) =>
    replaceFile(planned.engine, async (partialEngine) => {
      const paths = { '--saveEngine': partialEngine, '--exportLayerInfo': partialLayers };
      const finished = await runBuild(options, planned, withPaths(planned, paths), request);
      const failed = failedRun(options, planned, finished, request);
      if (finished.result.exitCode !== 0) throwFailure(failed, request.signal);
      const sizeBytes = await sizeOf(partialEngine);
      if (sizeBytes === 0) {
        const details = inExcerpt(failed);
        if (isDiskFull(finished.result)) fail('tensorrt-disk-full', {}, details);
        fail('tensorrt-no-engine', { engine: planned.engine }, details);
      }
      return { sizeBytes, ...warningsOf(finished) };
    }),
  );
}
