import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { failReading } from '../../src/io/file-failure.ts';

export const engineFileName = 'model.blob';

const perBatch = /^model\.b([1-9]\d{0,5})\.blob$/;

/** Name of an engine; each has one batch, and its name where there are several. */
export function engineName(batch: number | undefined, batches: readonly unknown[]): string {
  return batch === undefined || batches.length === 1 ? engineFileName : `model.b${batch}.blob`;
}

/** Name of an engine's layers. */
export function layersName(engine: string): string {
  return engine.replace(/^model/, 'layers').replace(/blob$/, 'json');
}

/** The engines of one model that lie beside each other, by the batch that their names tell; an engine without one stands alone. */
export async function enginesBeside(
  path: string,
): Promise<ReadonlyMap<number, string> | undefined> {
  if (!perBatch.test(basename(path))) return undefined;
  const folder = dirname(path);
  const names = await readdir(folder).catch((error) => failReading(path, 'engine', error));
  return new Map(
    names.flatMap((name) => {
      const batch = perBatch.exec(name)?.[1];
      return batch === undefined ? [] : [[Number(batch), join(folder, name)] as const];
    }),
  );
}
