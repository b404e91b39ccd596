import { ownValue } from '../collections/own-value.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { errorCode } from '../diagnostics/error-code.ts';
import { isAddress } from '../diagnostics/is-address.ts';

/** What the operating system's error codes mean to a user who wanted a file read or written. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the system allows',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOENT: 'its folder is gone',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'a part of its path is a file, not a folder',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links form a loop',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'it is in use',
  EIO: 'the disk reported an error',
};

/** Runs one operation of the file system; what the system refuses becomes a `file-unwritable` diagnostic about `path`. */
export async function whileWriting<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return fail('file-unwritable', {
      path,
      reason: ownValue(reasons, code) ?? `the system says ${code}`,
    });
  }
}

/** What the system refused while `path` was opened or read, as a diagnostic; `what` names the file's part in a sentence. */
export function failReading(path: string, what: string, error: unknown): never {
  const code = errorCode(error);
  if (code === undefined) throw error;
  if (code === 'ENOENT' && isAddress(path)) fail('address-given', { address: path, what });
  if (code === 'ENOENT') fail('file-not-found', { path, what });
  return fail('file-unreadable', {
    path,
    reason: ownValue(reasons, code) ?? `the system says ${code}`,
  });
}
