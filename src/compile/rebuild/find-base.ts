/* Which folder the paths of a recorded command are relative to: nothing records it, as a manifest names no folder of a machine. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

/** Nobody runs rcc above these: a repository's root, and the home folder. */
const isTop = (folder: string): boolean =>
  existsSync(join(folder, '.git')) || folder === resolve(homedir());

/** The folder and those above it, nearest first, up to the top of what is the user's; the root of the file system is none. */
function withParents(folder: string): readonly string[] {
  const parent = dirname(folder);
  if (isTop(folder) || parent === folder || dirname(parent) === parent) return [folder];
  return [folder, ...withParents(parent)];
}

/** The folders that are tried: the current one, then the artifact's and those above it, as artifacts lie in `build` of where rcc ran; then that of the spec that is named anew. */
export function basesOf(directory: string, spec: string | undefined): readonly string[] {
  const around = withParents(resolve(directory));
  const named = spec === undefined ? [] : [dirname(resolve(spec))];
  return [...new Set([resolve('.'), ...around, ...named])];
}

const isThere = (base: string, path: string): boolean => existsSync(resolve(base, path));

/** The first folder from which all paths lead to something, else the one from which most do. */
export function findBase(bases: readonly string[], paths: readonly string[]): string {
  const counts = bases.map((base) => paths.filter((path) => isThere(base, path)).length);
  const most = counts.reduce((greatest, count) => Math.max(greatest, count), 0);
  return bases[counts.indexOf(most)] ?? resolve('.');
}

/** A path relative to `base`, as it is written from the current folder. */
export function fromHere(base: string, path: string): string {
  if (isAbsolute(path) || base === resolve('.')) return path;
  const [inside, short] = [join(base, path), relative('.', join(base, path))];
  return short.length < inside.length ? short : inside;
}

/** A path relative to the current folder, as it is written from `base`. */
export function fromBase(base: string, path: string): string {
  if (isAbsolute(path) || base === resolve('.')) return path;
  return relative(base, resolve(path));
}
