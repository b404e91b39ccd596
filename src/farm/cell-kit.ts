import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { groupBy } from '../collections/group-by.ts';
import { artifactFiles } from '../compile/artifact-files.ts';
import { loadSpecs } from '../compile/spec-files.ts';
import { DiagnosticError, fail } from '../diagnostics/diagnostic.ts';
import { makeKitLike } from '../kit/kit-like.ts';
import { makeKit } from '../kit/make-kit.ts';
import { type OpenedKit, openKit, readKit } from '../kit/open-kit.ts';
import { createKitPlanner } from '../kit/plan-kit.ts';
import type { Spec } from '../language/spec.ts';
import { type Cell, nameOfCell } from './cell.ts';
import { kitFolder } from './farm-files.ts';
import { calibrationFolder, type KitSetting, kitOptionsOf, withKitFolder } from './kit-options.ts';
import type { OpenedFarm } from './read-farm.ts';

/** Makes the kits of cells when they are wanted. */
export interface KitMaker {
  /** The kit is there and is the one that was planned. Throws DiagnosticError `farm-cell-changed` and `farm-kit-changed`. */
  prepare(cell: Cell, onMake: () => void): Promise<void>;
}

/** The kit of another cell on the same graph; undefined where none was made yet, or it is damaged. */
async function findAlike(farm: string, cells: readonly Cell[]): Promise<OpenedKit | undefined> {
  const made = cells.find(({ key }) =>
    existsSync(join(kitFolder(farm, key), artifactFiles.manifest)),
  );
  return made && (await readKit(kitFolder(farm, made.key)).catch(() => undefined));
}

/** Specs of a farm, each file read once. */
function specReader({ settings: { directory } }: OpenedFarm) {
  const files = new Map<string, Promise<readonly Spec[]>>();
  return async ({ spec: file, model }: Cell): Promise<Spec | undefined> => {
    const path = resolve(directory, file);
    const loading = files.get(path) ?? loadSpecs([path]).then(({ specs }) => specs);
    files.set(path, loading);
    return (await loading).find(({ name }) => name === model);
  };
}

/** Throws DiagnosticError `farm-kit-changed` where the folder does not hold the cell's kit as it was made. */
async function requireKit(folder: string, cell: Cell): Promise<void> {
  const changed = (reason: string) =>
    fail('farm-kit-changed', { cell: nameOfCell(cell), path: folder, reason });
  const { facts } = await openKit(folder).catch((error) => {
    if (!(error instanceof DiagnosticError)) throw error;
    return changed(error.diagnostics[0]?.message ?? '');
  });
  if (facts.key !== cell.key) changed(`'${folder}' holds another kit.`);
}

export function createKitMaker(
  opened: OpenedFarm,
  setting: Pick<KitSetting, 'listener' | 'signal'>,
): KitMaker {
  const { path: farm, settings, cells } = opened;
  const alike = groupBy(cells, ({ graph }) => graph);
  const specOf = specReader(opened);
  const plan = createKitPlanner();
  const make = async (cell: Cell): Promise<void> => {
    const changed = () => fail('farm-cell-changed', { cell: nameOfCell(cell), spec: cell.spec });
    const spec = (await specOf(cell)) ?? changed();
    const options = kitOptionsOf(spec, cell, { farm, making: settings.making, ...setting });
    const directory = calibrationFolder(farm, cell.model, cell.precision);
    // Before anything is written: a model may take minutes.
    if ((await plan({ ...options, directory })).key !== cell.key) changed();
    const others = alike.get(cell.graph) ?? [];
    const other = await findAlike(
      farm,
      others.filter(({ key }) => key !== cell.key),
    );
    const whole = withKitFolder(options, farm, cell.key);
    const kit = (other && (await makeKitLike(other, cell.key, whole))) ?? (await makeKit(whole));
    const error = kit.diagnostics.find(({ severity }) => severity === 'error');
    if (error) fail('farm-kit-refused', { cell: nameOfCell(cell), reason: error.message });
    if (kit.key !== cell.key) throw new Error(`${nameOfCell(cell)} was planned as another kit`);
  };
  return {
    async prepare(cell, onMake) {
      const folder = kitFolder(farm, cell.key);
      if (!existsSync(join(folder, artifactFiles.manifest))) {
        onMake();
        return await make(cell);
      }
      await requireKit(folder, cell);
    },
  };
}
