import { existsSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { groupBy } from '../collections/group-by.ts';
import { artifactFiles } from '../compile/artifact-files.ts';
import { loadSpecs } from '../compile/spec-files.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { partialPath } from '../io/partial-names.ts';
import { makeKit } from '../kit/make-kit.ts';
import { openKit, readKit } from '../kit/open-kit.ts';
import { createKitPlanner } from '../kit/plan-kit.ts';
import type { Spec } from '../language/spec.ts';
import { type Cell, nameOfCell } from './cell.ts';
import { kitFolder } from './farm-files.ts';
import { calibrationFolder, type KitSetting, kitOptionsOf, withKitFolder } from './kit-options.ts';
import type { OpenedFarm } from './read-farm.ts';

/** Makes the kits of cells when they are wanted. */
export interface KitMaker {
  /** The kit is there and is the one that was planned. Throws DiagnosticError `farm-cell-changed` and `kit-changed`. */
  prepare(cell: Cell, onMake: () => void): Promise<void>;
}

/** Takes the model of a kit with the same graph: the same bytes are on the disk once. A file system without links keeps both. */
async function shareModel(farm: string, key: string, others: readonly string[]): Promise<void> {
  const { onnx } = (await readKit(kitFolder(farm, key))).manifest;
  for (const other of others) {
    const folder = kitFolder(farm, other);
    if (!existsSync(join(folder, artifactFiles.manifest))) continue;
    if ((await readKit(folder)).manifest.onnx.digest !== onnx.digest) continue;
    const aside = partialPath(kitFolder(farm, key));
    try {
      await link(join(folder, onnx.file), aside);
      await rename(aside, join(kitFolder(farm, key), onnx.file));
    } catch {
      await rm(aside, { force: true });
    }
    return;
  }
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
    const kit = await makeKit(withKitFolder(options, farm, cell.key));
    const error = kit.diagnostics.find(({ severity }) => severity === 'error');
    if (error) fail('farm-kit-refused', { cell: nameOfCell(cell), reason: error.message });
    if (kit.key !== cell.key) throw new Error(`${nameOfCell(cell)} was planned as another kit`);
    const others = (alike.get(cell.graph) ?? []).map(({ key }) => key);
    await shareModel(
      farm,
      cell.key,
      others.filter((key) => key !== cell.key),
    );
  };
  return {
    async prepare(cell, onMake) {
      const folder = kitFolder(farm, cell.key);
      if (!existsSync(join(folder, artifactFiles.manifest))) {
        onMake();
        return await make(cell);
      }
      const { facts } = await openKit(folder);
      if (facts.key !== cell.key) fail('kit-changed', { path: folder, files: ['manifest.json'] });
    },
  };
}
