import type { Diagnostic } from './diagnostic.ts';

/** A path, or the beginning of one, that was told, and what it is to be called. */
export type Renaming = readonly [told: string, name: string];

/** Whether a diagnostic tells of a path or of something in it. */
export function namesPath({ message, hint, details }: Diagnostic, path: string): boolean {
  return [message, hint, details].flat().some((text) => text?.includes(path));
}

/** A diagnostic with other names for paths; the first renaming that fits counts. */
export function renamePaths(diagnostic: Diagnostic, renamings: readonly Renaming[]): Diagnostic {
  const rename = (text: string): string =>
    renamings.reduce((renamed, [told, name]) => renamed.replaceAll(told, name), text);
  const { message, hint, details } = diagnostic;
  return {
    ...diagnostic,
    message: rename(message),
    ...(hint === undefined ? {} : { hint: rename(hint) }),
    ...(details ? { details: details.map(rename) } : {}),
  };
}
