/*
 * Planned files come into an output folder together: made in a folder of their own, then renamed, new folders whole and before the files that replace others, the
 * record of what rcc wrote last. What a killed run left half done the next one takes back (swap-files.ts).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../compile/artifact-files.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { writeArtifact } from '../io/artifact.ts';
import { whileWriting } from '../io/file-failure.ts';
import { streamFile } from '../io/open-file.ts';
import { withStagedFolder } from '../io/staged-folder.ts';
import { type FileSwap, swapFiles } from '../io/swap-files.ts';
import { type DeploymentRecord, recordPath, recordText } from './deployment-record.ts';
import type { CopiedFile } from './destination.ts';
import type { JudgedFile } from './judge-files.ts';
import { beneath, type OutputPlace, placeOf } from './output-place.ts';

async function copy(
  { from, sha256 }: CopiedFile,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const copied = await writeArtifact(
    to,
    async (sink) => {
      for await (const bytes of streamFile(from, 'file of an artifact')) await sink.write(bytes);
    },
    signal,
  );
  // Another compilation may have replaced it since it was checked.
  if (copied.sha256 !== sha256) fail('artifact-file-damaged', { path: from, isThere: true });
}

/** The file, or the outermost folder above it that is not there yet; beneath the base. */
function unitOf(path: string, { base }: OutputPlace): string {
  const parts = path.split('/');
  const heads = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  return heads.find((head) => !existsSync(join(base, head))) ?? path;
}

function pathsOf(files: readonly JudgedFile[], state: JudgedFile['state']): readonly string[] {
  return files.filter((one) => one.state === state).map(({ file }) => file.path);
}

/** What comes in which order: the record last. */
function swapOf(files: readonly JudgedFile[], place: OutputPlace): FileSwap {
  const inBase = (path: string) => beneath(place, path);
  const changed = pathsOf(files, 'changed').map(inBase);
  const units = pathsOf(files, 'new').map((path) => unitOf(inBase(path), place));
  const record = inBase(recordPath);
  const isFirst = !existsSync(join(place.base, record));
  return {
    leaving: [],
    inPlace: isFirst ? changed : [...changed, record],
    coming: [...new Set([...units, ...changed, unitOf(record, place)])],
  };
}

export interface WriteRequest {
  readonly output: string;
  /** What was written by rcc before. */
  readonly record: DeploymentRecord;
  readonly signal?: AbortSignal | undefined;
}

/** Writes what is new or changed, all of it or nothing. Throws DiagnosticError `file-unwritable`, and `artifact-file-damaged` where a file changed meanwhile. */
export async function writeDeployment(
  judged: readonly JudgedFile[],
  { output, record, signal }: WriteRequest,
): Promise<void> {
  const files = judged.filter(({ state }) => state !== 'same');
  if (files.length === 0) return;
  const written = files.map(({ file, sha256 }) => [file.path, sha256] as const);
  const place = placeOf(output);
  await withStagedFolder(place.base, async (staged) => {
    const stagedPath = (path: string) => join(staged, beneath(place, path));
    for (const { file } of files) {
      signal?.throwIfAborted();
      const path = stagedPath(file.path);
      await ('text' in file ? writeWhole(path, file.text) : copy(file, path, signal));
    }
    await writeWhole(stagedPath(recordPath), recordText(new Map([...record, ...written])));
    await whileWriting(output, async () => swapFiles(staged, place.base, swapOf(files, place)));
  });
}
