import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failReading } from '../../io/file-failure.ts';
import { readBytesSync } from '../../io/open-file.ts';
import type { FileStore, StoredFile } from './file-store.ts';

interface Folder {
  readonly directory: string;
  /** Path inside the data set, empty or ending in `/`. */
  readonly prefix: string;
  /** Real paths of this folder and those above: a link to one of them is a circle. */
  readonly chain: readonly string[];
}

function* walkFolder({ directory, prefix, chain }: Folder): Generator<StoredFile> {
  const real = realpathSync(directory);
  if (chain.includes(real)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.name.startsWith('.')) {
      yield* walkEntry(entry, { directory, prefix, chain: [...chain, real] });
    }
  }
}

function* walkEntry(entry: Dirent, { directory, prefix, chain }: Folder): Generator<StoredFile> {
  const full = join(directory, entry.name);
  // Follows links, which data sets are often made of; one that leads nowhere is no picture.
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats?.isFile()) yield { path: prefix + entry.name, sizeBytes: stats.size };
  if (stats?.isDirectory()) {
    yield* walkFolder({ directory: full, prefix: `${prefix}${entry.name}/`, chain });
  }
}

/** All files below a folder but hidden ones, through symbolic links. */
export function openFolder(directory: string): FileStore {
  try {
    return {
      files: [...walkFolder({ directory, prefix: '', chain: [] })],
      async read({ path }) {
        return readBytesSync(join(directory, path), 'picture');
      },
      async close() {},
    };
  } catch (error) {
    return failReading(directory, 'folder', error);
  }
}
