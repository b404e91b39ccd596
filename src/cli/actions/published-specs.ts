import { join } from 'node:path';
import { loadSpecs } from '../../compile/spec-files.ts';
import type { Spec } from '../../language/spec.ts';
import type { Published } from '../../report/published.ts';
import { specsFolder } from '../../report/specs-folder.ts';

/** The specs of the published models, which come with the package. */
export async function loadPublishedSpecs({ models }: Published): Promise<readonly Spec[]> {
  const folder = await specsFolder();
  const { specs } = await loadSpecs(models.map(({ spec }) => join(folder, `${spec}.rn`)));
  return specs;
}
