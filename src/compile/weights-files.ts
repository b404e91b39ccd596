import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openWeights } from '../../codegen/weights/open-weights.ts';
import type { WeightsFile } from '../../codegen/weights/weights-file.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { startFileDigest } from '../io/digest.ts';
import { createFileByteSource, type FileByteSource } from '../io/file-byte-source.ts';
import { failReading } from '../io/file-failure.ts';

/** Weights that are open: a file, or the index of shards and all that it names. */
export interface WeightsFiles {
  /** Of the file that was taken, which is in the folder where a folder was given. */
  readonly path: string;
  readonly file: WeightsFile;
  /** Every file that was read: the digest of the weights is over all of them. */
  readonly paths: readonly string[];
  /** DiagnosticError `weights-changed` where one of them is no longer what it was. */
  assertUnchanged(): void;
  close(): void;
}

const what = 'weights file';

/** What Hugging Face, transformers and timm call weights in a folder, in order of choice. */
const usualNames = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

/** Endings of weights, the surer first: a static model is a copy of what the training saved. */
const weightsEndings = [
  /\.(pdparams|safetensors|npz|pth|pt|th|ckpt|bin|pth\.tar)$/i,
  /\.pdiparams$/i,
];

/** What a folder holds, sorted; undefined for a file and for nothing. What the system refuses is a diagnostic. */
function namesIn(path: string): readonly string[] | undefined {
  try {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    return isFolder ? readdirSync(path).toSorted() : undefined;
  } catch (error) {
    return failReading(path, what, error);
  }
}

/** The names that may be weights, of the first ending that there is. */
function weightsAmong(names: readonly string[]): readonly string[] {
  const groups = weightsEndings.map((ending) => names.filter((name) => ending.test(name)));
  return groups.find((group) => group.length > 0) ?? [];
}

/** The file that a path means: itself, or in a folder the one with the weights. Throws DiagnosticError `weights-folder` where there is none. */
export function weightsPathOf(path: string): string {
  const names = namesIn(path);
  if (!names) return path;
  const like = weightsAmong(names);
  const name =
    usualNames.find((usual) => names.includes(usual)) ?? (like.length === 1 ? like[0] : undefined);
  return join(path, name ?? fail('weights-folder', { file: path, names, like }));
}

/** Opens the files of one folder and keeps them to close. */
function folderOf(path: string) {
  const opened = new Map<string, FileByteSource>();
  const open = (one: string): FileByteSource => {
    const source = opened.get(one) ?? createFileByteSource(one, what);
    opened.set(one, source);
    return source;
  };
  const beside = (name: string): FileByteSource | undefined => {
    const one = join(dirname(path), name);
    return existsSync(one) ? open(one) : undefined;
  };
  const close = () => {
    for (const source of opened.values()) source.close();
  };
  return { opened, open, beside, close };
}

/** Opens the weights at a path, a folder's own or a file with what it names beside it. Throws DiagnosticError as `openWeights`; close it when done. */
export async function openWeightsAt(given: string): Promise<WeightsFiles> {
  const path = weightsPathOf(given);
  const folder = folderOf(path);
  try {
    const file = await openWeights(folder.open(path), folder.beside);
    const notes = path === given ? [] : [`'${basename(path)}' taken from the folder.`];
    return {
      path,
      file: { ...file, notes: [...notes, ...file.notes] },
      paths: [...folder.opened.keys()],
      assertUnchanged() {
        for (const source of folder.opened.values()) source.assertUnchanged();
      },
      close: folder.close,
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** A digest that is being made. */
export interface WeightsDigestJob {
  /** SHA-256 in hex: of the file, or, of several, of the lines that sha256sum writes of them in order of their names. */
  digest(): Promise<string>;
  cancel(): void;
}

/** Starts the digest of weights that are in these files, in other threads. */
export function startWeightsDigest(paths: readonly string[]): WeightsDigestJob {
  const jobs = paths.toSorted().map((path) => ({ path, job: startFileDigest(path, what) }));
  return {
    async digest() {
      const [first, ...others] = jobs;
      if (first && others.length === 0) return first.job.digest();
      const hash = createHash('sha256');
      for (const { path, job } of jobs) {
        hash.update(`${await job.digest()}  ${basename(path)}\n`);
      }
      return hash.digest('hex');
    },
    cancel() {
      for (const { job } of jobs) job.cancel();
    },
  };
}

/** The files that a path means, without reading more than what names their tensors. */
async function filesAt(given: string): Promise<readonly string[]> {
  const path = weightsPathOf(given);
  if (!/\.(json|pdiparams)$/.test(path)) return [path];
  const weights = await openWeightsAt(path);
  weights.close();
  return weights.paths;
}

/** The digest of the weights at a path, whatever they hold: as `startWeightsDigest`. Throws DiagnosticError where they cannot be read. */
export async function digestWeightsAt(path: string): Promise<string> {
  return await startWeightsDigest(await filesAt(path)).digest();
}
