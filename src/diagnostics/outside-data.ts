/*
 * The boundary to data from outside that a library reads: pictures, archives, models. What a library throws at them is a mistake in the data and
 * becomes a diagnostic; what was opened for them is closed when reading fails; and nothing is unpacked that is out of proportion to its file.
 */
import { DiagnosticError } from './diagnostic.ts';
import { printableUpTo } from './printable.ts';

const longestReason = 200;

/** What a library found wrong, as a clause that fits into a message: its first line, visible, bounded, without a full stop. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [line = ''] = text.slice(0, 4096).split('\n');
  return printableUpTo(longestReason, line.trim()).replace(/\.$/, '') || 'it is damaged';
}

/** Diagnostics, failures of the system and interruptions are told elsewhere, each as what it is. */
function isNoFaultOfTheData(error: unknown): boolean {
  if (error instanceof DiagnosticError) return true;
  return error instanceof Error && ('syscall' in error || error.name === 'AbortError');
}

/** Reads with a library: an error that it throws is passed to `refuse` as a clause. Wrap calls of the library only: here a bug looks like damage. */
export function reading<T>(refuse: (reason: string) => never, library: () => T): T {
  try {
    return library();
  } catch (error) {
    if (isNoFaultOfTheData(error)) throw error;
    return refuse(reasonOf(error));
  }
}

/** `reading` for a library that answers later. */
export async function readingLater<T>(
  refuse: (reason: string) => never,
  library: () => Promise<T>,
): Promise<T> {
  try {
    return await library();
  } catch (error) {
    return reading<never>(refuse, () => {
      throw error;
    });
  }
}

/** Uses what was opened, and closes it where that fails; where it goes well the caller closes it. */
export async function closedOnFailure<R extends { close(): unknown }, T>(
  opened: R,
  use: (opened: R) => Promise<T> | T,
): Promise<T> {
  try {
    return await use(opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Bytes that anything may unpack to. */
const harmlessBytes = 64 * 2 ** 20;
/** Pictures are compressed already, and an archive of tiny ones is mostly padding, about 10 : 1; only bombs come near deflate's end at 1032 : 1. */
export const largestRatio = 100;

/** The most that `packedBytes` may unpack to. */
export function mostUnpackedBytes(packedBytes: number): number {
  return Math.max(harmlessBytes, packedBytes * largestRatio);
}
