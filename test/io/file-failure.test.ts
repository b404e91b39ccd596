import { describe, expect, it } from 'vitest';
import { failReading, whileWriting } from '../../src/io/file-failure.ts';
import { expectDiagnostic } from '../helpers/byte-sources.ts';

const failure = (code: unknown) => Object.assign(new Error('the system’s words'), { code });
const writing = (error: unknown) => whileWriting('out/model.onnx', () => Promise.reject(error));

describe('what the system refuses', () => {
  it.each([
    ['ENOSPC', 'no space is left on the disk'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EFBIG', 'the file is larger than the system allows'],
    ['EACCES', 'permission denied'],
    ['EPERM', 'the operation is not permitted'],
    ['EROFS', 'the file system is read-only'],
    ['EISDIR', 'it is a folder'],
    ['ENOENT', 'its folder is gone'],
    ['ENOTDIR', 'a part of its path is a file, not a folder'],
    ['EEXIST', 'a part of its path is a file, not a folder'],
    ['ENAMETOOLONG', 'the name is too long'],
    ['ELOOP', 'its symbolic links form a loop'],
    ['EMFILE', 'too many files are open'],
    ['ENFILE', 'too many files are open'],
    ['EBUSY', 'it is in use'],
    ['EIO', 'the disk reported an error'],
    ['EXYZ', 'the system says EXYZ'],
  ])('%s means to a user: %s', async (code, reason) => {
    const { message } = await expectDiagnostic(() => writing(failure(code)), 'file-unwritable');
    expect(message).toContain('out/model.onnx');
    expect(message).toContain(reason);
    if (code === 'ENOENT') return;
    const reading = () => failReading('in.bin', 'weights', failure(code));
    const read = await expectDiagnostic(reading, 'file-unreadable');
    expect(read.message).toContain('in.bin');
    expect(read.message).toContain(reason);
  });

  it('a file that is not there is said by its part', async () => {
    const reading = () => failReading('in.bin', 'weights file', failure('ENOENT'));
    const { message } = await expectDiagnostic(reading, 'file-not-found');
    expect(message).toContain('in.bin');
    expect(message).toContain('weights file');
  });

  it.each([
    new Error('a bug'),
    failure(7),
    'a text',
    { code: 'EIO' },
  ])('%s is not of the system', async (error) => {
    await expect(writing(error)).rejects.toBe(error);
    const thrown = () => failReading('in.bin', 'file', error);
    let caught: unknown;
    try {
      thrown();
    } catch (one) {
      caught = one;
    }
    expect(caught).toBe(error);
  });

  it('what goes well is given back', async () => {
    expect(await whileWriting('x', async () => 7)).toBe(7);
  });
});
