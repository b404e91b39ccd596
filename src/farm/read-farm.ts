import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Cell, readPlan } from './cell.ts';
import { farmFiles } from './farm-files.ts';
import { type FarmSettings, farmOf, readSettings } from './farm-settings.ts';
import type { Farm } from './scheduler.ts';
import { readSite, type Site, siteSchema } from './site.ts';
import { siteVersion } from './site-version.ts';

/** A farm's folder as it was planned. */
export interface OpenedFarm {
  /** As given. */
  readonly path: string;
  readonly farm: Farm;
  readonly settings: FarmSettings;
  readonly cells: readonly Cell[];
  readonly site: Site;
}

/** A site that says of GPU classes no more than their names: each a gres of that name in the default partition. */
export function plainSite(gpus: readonly string[]): Site {
  const classes = Object.fromEntries(gpus.map((gpu) => [gpu, {}]));
  return siteSchema.parse({ schemaVersion: siteVersion, gpus: classes });
}

/** The farm's site.json; where it has none, a plain one. */
export async function siteOf(directory: string, gpus: readonly string[]): Promise<Site> {
  const path = join(directory, farmFiles.site);
  return existsSync(path) ? await readSite(path) : plainSite(gpus);
}

/** Throws DiagnosticError where the folder is no farm, or a file of it is damaged. */
export async function openFarm(path: string): Promise<OpenedFarm> {
  const settings = await readSettings(path);
  const cells = await readPlan(path);
  const site = await siteOf(path, [...new Set(cells.map(({ gpu }) => gpu))]);
  return { path, farm: farmOf(path, settings), settings, cells, site };
}
