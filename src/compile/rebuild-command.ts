import { shellText } from '../../engines/command-text.ts';
import type { Manifest } from './manifest.ts';

/** The words after `rcc` that make an artifact, without its folder: those in the manifest, or, where a program called the library, the nearest that can be told. */
function wordsOf({ command, spec, precision, target, weights }: Manifest): readonly string[] {
  const source = 'file' in weights ? ['--weights', weights.file] : ['--seed', String(weights.seed)];
  return command ?? ['compile', spec.file, `--${precision}`, '--target', target, ...source];
}

/** Leaves options with their values out: as `--batch 4` or `--batch=4`. */
function without(words: readonly string[], flags: readonly string[]): readonly string[] {
  return words.filter((word, at) => {
    const isValue = flags.includes(words[at - 1] ?? '');
    return !isValue && !flags.includes(word.split('=')[0] ?? '');
  });
}

/** Options that take another value than the artifact was made with, and options that leave. */
export interface RebuildChanges {
  readonly set?: Readonly<Record<`--${string}`, string>>;
  readonly leave?: readonly string[];
}

/** The command that makes another form of an artifact in a folder beside it, as what is there may be deployed: `build/digits-pixels`. */
export function rebuildBeside(
  manifest: Manifest,
  directory: string,
  form: string,
  changes: RebuildChanges,
): string {
  return rebuildCommand(manifest, `${directory.replace(/(?<=.)\/+$/, '')}-${form}`, changes);
}

/** The command that makes an artifact again in its folder, quoted for a shell. */
export function rebuildCommand(
  manifest: Manifest,
  directory: string,
  { set = {}, leave = [] }: RebuildChanges = {},
): string {
  const kept = without(wordsOf(manifest), [...leave, ...Object.keys(set)]);
  return shellText(['rcc', ...kept, ...Object.entries(set).flat(), '-o', directory]);
}
