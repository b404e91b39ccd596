import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Where an output folder is written from. */
export interface OutputPlace {
  /** Holds the lock and what is not whole yet. */
  readonly base: string;
  /** The output folder beneath it: a name, or nothing where both are the same. */
  readonly name: string;
}

function isWritableBeside(output: string): boolean {
  const parent = dirname(output);
  try {
    accessSync(parent, constants.W_OK);
    return parent !== output && statSync(parent).dev === statSync(output).dev;
  } catch {
    return false;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/**
 * The folder above the output folder: a server that looks into the output folder takes every folder there for a model. The output folder itself where the one
 * above cannot be written, or is of another file system, from which nothing can be renamed.
 */
export function placeOf(output: string): OutputPlace {
  const path = realPath(output);
  if (path !== undefined && !isWritableBeside(path)) return { base: path, name: '' };
  const whole = path ?? resolve(output);
  return { base: dirname(whole), name: basename(whole) };
}

/** A path beneath the output folder as one beneath the base. */
export function beneath({ name }: OutputPlace, path: string): string {
  return name === '' ? path : `${name}/${path}`;
}

/** Path of the lock that who deploys into the output folder holds. */
export function lockOf({ base, name }: OutputPlace): string {
  return join(base, `.rcc-deploy.${name}.lock`);
}
