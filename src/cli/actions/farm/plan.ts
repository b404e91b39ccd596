import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Precision } from '../../../../codegen/precisions.ts';
import { shellText } from '../../../../engines/command-text.ts';
import type { TensorrtOptions } from '../../../../engines/tensorrt/planning/options.ts';
import { groupBy } from '../../../collections/group-by.ts';
import { benchLimits } from '../../../compile/model-options.ts';
import { loadSpecs } from '../../../compile/spec-files.ts';
import { createDiagnostic, type Diagnostic, fail } from '../../../diagnostics/diagnostic.ts';
import { type Cell, readPlan, writePlan } from '../../../farm/cell.ts';
import { buildHistory } from '../../../farm/cell-cost.ts';
import { farmFiles, resultFile } from '../../../farm/farm-files.ts';
import { withFarmLock } from '../../../farm/farm-lock.ts';
import {
  type FarmSettings,
  farmOf,
  isFarm,
  type KitMaking,
  newFarmName,
  readSettings,
  writeSettings,
} from '../../../farm/farm-settings.ts';
import { readJudgements } from '../../../farm/judgement.ts';
import { planCells } from '../../../farm/plan-cells.ts';
import { type OpenedFarm, siteOf } from '../../../farm/read-farm.ts';
import { requireClasses } from '../../../farm/require-classes.ts';
import { readResultAt } from '../../../farm/result.ts';
import { readSite } from '../../../farm/site.ts';
import { writeWhole } from '../../../farm/write-whole.ts';
import { readText } from '../../../io/open-file.ts';
import { readTargetIntent } from '../../../targets/target-options.ts';
import type { CommandContext, CommandResult } from '../../command.ts';
import type { FarmPlanCommandOptions } from '../../commands/farm/plan.ts';
import { graphOptionsOf, idleOptions, precisionsOf } from '../../precision-options.ts';
import { formatTable, type TextTable } from '../../table.ts';
import { targetTextsOf } from '../../target-options.ts';
import type { Text } from '../../text.ts';
import { timingOf } from '../../timing-options.ts';
import { listenerFor } from '../listener.ts';
import { statusOf } from './status.ts';

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').flatMap((word) => word.trim() || []);

const absolute = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(path);

async function makingOf(options: FarmPlanCommandOptions) {
  const { gpu: _, trt: __, ...shared } = options;
  const { intent, warnings } = await readTargetIntent('tensorrt', targetTextsOf({ ...shared }));
  const tensorrt = intent.options.get('tensorrt') as TensorrtOptions;
  const { weights, weightsKey, seed, batch, batches } = options;
  const { calibrate, ...graph } = graphOptionsOf(options);
  const making = {
    ...graph,
    ...{ weights: absolute(weights), weightsKey, seed, batch, batches },
    calibrate: absolute(calibrate),
    timing: timingOf(options, benchLimits({ minIterations: 100 })),
    tensorrt,
  };
  // As it is read again: what is not given leaves no trace.
  return { making: JSON.parse(JSON.stringify(making)) as KitMaking, warnings };
}

/** The site that was named, copied into the farm; else the farm's own. */
async function placeSite(farm: string, given: string | undefined): Promise<void> {
  if (given === undefined) return;
  await readSite(given);
  await writeWhole(join(farm, farmFiles.site), await readText(given, 'site file'));
}

/** What the folder holds of an earlier plan. */
async function earlierPlan(farm: string) {
  if (!isFarm(farm)) return { name: newFarmName(farm), cells: [] };
  const { name } = await readSettings(farm);
  const cells = existsSync(join(farm, farmFiles.plan)) ? await readPlan(farm) : [];
  return { name, cells };
}

/** Results of other farms that are these cells'. */
async function takeShared(
  farm: string,
  cells: readonly Cell[],
  cache: string | undefined,
): Promise<void> {
  if (cache === undefined) return;
  for (const { key } of cells) {
    const path = join(cache, `${key}.json`);
    if (existsSync(resultFile(farm, key)) || !existsSync(path)) continue;
    const result = await readResultAt(path);
    if (result?.key !== key || result.state !== 'done') continue;
    await writeWhole(resultFile(farm, key), `${JSON.stringify(result, null, 2)}\n`);
  }
}

function tableOf(cells: readonly Cell[], done: ReadonlySet<string>): TextTable {
  const groups = groupBy(cells, ({ gpu, precision }) => JSON.stringify([gpu, precision]));
  const rows = [...groups.values()].map((own) => {
    const open = own.filter(({ key }) => !done.has(key));
    const [{ gpu, precision, limitMinutes }] = own as [Cell];
    const minutes = open.reduce((sum, cell) => sum + cell.minutes, 0);
    const counts = [own.length, own.length - open.length, Math.round(minutes), limitMinutes];
    return [gpu, precision, ...counts.map(String)];
  });
  const head = ['gpu', 'precision', 'cells', 'done', 'GPU-minutes', 'limit'];
  return formatTable(head, rows, ['left', 'left', 'right', 'right', 'right', 'right']);
}

function textOf(farm: string, cells: readonly Cell[], done: ReadonlySet<string>): Text {
  const open = cells.filter(({ key }) => !done.has(key));
  const minutes = Math.round(open.reduce((sum, cell) => sum + cell.minutes, 0));
  const figures = cells.reduce((sum, { batches }) => sum + batches.length, 0);
  const count = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`;
  const head = `${farm}: ${count}, ${figures} ${figures === 1 ? 'figure' : 'figures'}; ${done.size} done, about ${minutes} GPU-minutes to go`;
  const next = open.length > 0 ? ['', `Then: ${shellText(['rcc', 'farm', 'run', farm])}`] : [];
  return [head, '', tableOf(cells, done), ...next];
}

function checkUse(count: number, { weights, batch, batches }: FarmPlanCommandOptions): void {
  if (weights !== undefined && count > 1) fail('weights-for-several-specs', { count });
  if (batch !== undefined && batches !== undefined) fail('batches-of-fixed-graph', { batch });
}

interface Written {
  readonly planned: OpenedFarm;
  readonly diagnostics: readonly Diagnostic[];
}

/** `rcc farm plan`: the cells with their keys, what of them is done, and the cost of the rest. Nothing is submitted and no model is written. */
export async function planFarm(
  paths: readonly string[],
  options: FarmPlanCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { output: path, limit, image, site } = options;
  const { specs, diagnostics: found } = await loadSpecs(paths);
  checkUse(specs.length, options);
  const gpus = listOf(options.gpu);
  if (gpus.length === 0) fail('kit-needs-gpu', {});
  const releases = listOf(options.trt);
  const { making, warnings } = await makingOf(options);
  const notes: Diagnostic[] = [];
  const listener = listenerFor(context, notes);
  const precisions: readonly Precision[] = precisionsOf(options);
  const write = async (name: string, earlier: readonly Cell[]): Promise<Written> => {
    await placeSite(path, site);
    const own = await siteOf(path, gpus);
    requireClasses(
      gpus.map((gpu) => ({ key: '', gpu, limitMinutes: 0 })),
      own,
    );
    const judgements = (await readJudgements(path)).values();
    const { cells, unseen, diagnostics } = await planCells({
      ...{ farm: path, making, specs, precisions, gpus, image, listener },
      releases: releases.length > 0 ? releases : [undefined],
      limitMinutes: limit,
      history: buildHistory(earlier, judgements),
      signal: context.signal,
    });
    const cache = absolute(options.cache);
    const settings: FarmSettings = {
      ...{ schemaVersion: 1, name, directory: process.cwd() },
      ...(cache === undefined ? {} : { cache }),
      making,
    };
    await writeSettings(path, settings);
    await writePlan(path, cells);
    await takeShared(path, cells, cache);
    const keys = new Set(cells.map(({ key }) => key));
    const left = earlier.filter(({ key }) => !keys.has(key)).length;
    return {
      planned: { path, farm: farmOf(path, settings), settings, cells, site: own },
      diagnostics: [
        ...diagnostics,
        ...(unseen > 0 ? [createDiagnostic('farm-builds-assumed', { count: unseen })] : []),
        ...(left > 0
          ? [
              createDiagnostic('farm-cells-left', {
                count: left,
                command: shellText(['rcc', 'farm', 'cancel', path]),
              }),
            ]
          : []),
      ],
    };
  };
  const onWait = (owner: string): void =>
    context.progress.note(createDiagnostic('farm-waits', { owner }).message);
  const { name, cells: earlier } = await earlierPlan(path);
  const farm = farmOf(path, { name } as FarmSettings);
  const written = await withFarmLock(farm, { signal: context.signal, onWait }, () =>
    write(name, earlier),
  );
  const { planned } = written;
  const status = await statusOf(planned, context);
  const done = new Set(
    status.cells.filter(({ state }) => state === 'done').map(({ cell }) => cell.key),
  );
  return {
    text: textOf(path, planned.cells, done),
    data: { farm: path, done: done.size, cells: planned.cells },
    diagnostics: [
      ...found,
      ...warnings,
      ...idleOptions(options),
      ...(context.keepsNotes ? notes : []),
      ...written.diagnostics,
      ...status.diagnostics,
    ],
  };
}
