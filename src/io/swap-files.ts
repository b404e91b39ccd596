/*
 * The files of a folder take the place of earlier ones in the folder that it lies in. Each step is a rename:
 *
 *     staged/.replacing/   earlier files go here (or copies of them, of those that are there until the new ones come),
 *     staged/.replaced/    and when all of them are there, it gets this name;
 *     staged/.coming.json  only then do these files and folders leave `staged`, the one that counts last.
 *
 * Where that one is still in `staged` the swap is not done, and can be taken back: at once, or by the run that finds what a killed one left.
 * All of it is synchronous, so that nothing else of this process comes in between, not even a signal.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Names may lie in folders of either side: `digits/config.pbtxt`. */
export interface FileSwap {
  /** Names that leave, in order. */
  readonly leaving: readonly string[];
  /** Names of `coming` whose earlier files stay until the new ones are renamed over them. */
  readonly inPlace?: readonly string[];
  /** Names that come, in order; the last one counts. */
  readonly coming: readonly string[];
}

const placesOf = (staged: string) => ({
  replacing: join(staged, '.replacing'),
  replaced: join(staged, '.replaced'),
  list: join(staged, '.coming.json'),
});

type Move = (from: string, to: string) => void;

function moveAll(names: readonly string[], from: string, to: string, move: Move = renameSync) {
  for (const name of names) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    move(join(from, name), join(to, name));
  }
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function moveBack(from: string, directory: string): void {
  if (existsSync(from)) moveAll(filesIn(from), from, directory);
}

/** Takes back a swap that was begun and not done; does nothing to any other folder. */
export function undoSwap(staged: string, directory: string): void {
  const { replacing, replaced, list } = placesOf(staged);
  moveBack(replacing, directory);
  if (!existsSync(replaced)) return;
  const coming: readonly string[] = JSON.parse(readFileSync(list, 'utf8'));
  if (!existsSync(join(staged, coming.at(-1) ?? ''))) return;
  const come = coming.filter(
    (name) => !existsSync(join(staged, name)) && existsSync(join(directory, name)),
  );
  moveAll(come, directory, staged);
  moveBack(replaced, directory);
}

/** Puts files of `staged` in the place of others in `directory`, all of them or none. Throws what the file system throws. */
export function swapFiles(
  staged: string,
  directory: string,
  { leaving, inPlace = [], coming }: FileSwap,
): void {
  const { replacing, replaced, list } = placesOf(staged);
  writeFileSync(list, JSON.stringify(coming));
  mkdirSync(replacing);
  try {
    moveAll(leaving, directory, replacing);
    moveAll(inPlace, directory, replacing, copyFileSync);
    renameSync(replacing, replaced);
    moveAll(coming, staged, directory);
  } catch (error) {
    undoSwap(staged, directory);
    throw error;
  }
}
