import { isFolder, readBytes } from '../io/open-file.ts';
import { isArchive, openDataset } from './datasets/open-dataset.ts';
import { decodePicture, type Picture } from './decode.ts';
import { loadSharp } from './sharp-library.ts';

/** A picture that somebody named, alone or in a folder or an archive. */
export interface NamedPicture {
  /** As it was given; in a folder or an archive its path below it. */
  readonly name: string;
  /** Throws DiagnosticError about this picture. */
  decode(): Promise<Picture>;
}

async function isSingle(path: string): Promise<boolean> {
  return !isFolder(path, 'picture') && !(await isArchive(path));
}

/**
 * The pictures that paths stand for: files, folders and archives of pictures, in this order. Decode each before the next is asked for: an archive is
 * closed behind its last. Throws DiagnosticError where a path leads nowhere or holds no picture.
 */
export async function* namedPictures(
  paths: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<NamedPicture> {
  // So that the first picture's time is its own.
  await loadSharp();
  for (const path of paths) {
    signal?.throwIfAborted();
    if (await isSingle(path)) {
      yield {
        name: path,
        decode: async () => await decodePicture(await readBytes(path, 'picture'), path),
      };
      continue;
    }
    const dataset = await openDataset(path, { labelled: false, classes: 0, signal });
    try {
      for (const [index, { name }] of dataset.images.entries()) {
        yield { name: `${path}/${name}`, decode: () => dataset.decode(index) };
      }
    } finally {
      await dataset.close();
    }
  }
}
