import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { replaceFile } from '../../../src/io/artifact.ts';

/** Carries "do not put it in place" through `replaceFile`, which then removes the partial file. */
class NotKept extends Error {
  override readonly name = 'NotKept';
}

/** Size of a file in bytes; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Names of those of the files that a program has written. */
export async function writtenNames(paths: readonly string[]): Promise<readonly string[]> {
  const sizes = await Promise.all(paths.map(sizeOf));
  return paths.filter((_, i) => sizes[i] !== 0).map((path) => basename(path));
}

async function replaceWhen<T>(
  path: string,
  produce: (partial: string) => Promise<T>,
  keep: (partial: string) => Promise<boolean>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  try {
    return await replaceFile(path, async (partial) => {
      result = { value: await produce(partial) };
      if (!(await keep(partial))) throw new NotKept();
      return result.value;
    });
  } catch (error) {
    if (error instanceof NotKept && result) return result.value;
    throw error;
  }
}

/** As `replaceFile`, for a file that the program may leave out: what was there before was of another run, and goes. */
export function replaceIfWritten<T>(
  path: string,
  produce: (partial: string) => Promise<T>,
): Promise<T> {
  return replaceWhen(path, produce, async (partial) => {
    const isWritten = (await sizeOf(partial)) > 0;
    if (!isWritten) await rm(path, { force: true });
    return isWritten;
  });
}

/** Lets `use` have a file beside `path` that is gone afterwards, whatever happens. */
export function withTemporaryFile<T>(
  path: string,
  use: (temporary: string) => Promise<T>,
): Promise<T> {
  return replaceWhen(path, use, async () => false);
}
