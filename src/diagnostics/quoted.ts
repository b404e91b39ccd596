import { printable } from './printable.ts';

/** A name in a command, in double quotes. */
export function quoted(text: string): string {
  return `"${printable(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A command for this file, which is FILE in it. */
export function commandFor(file: string, command: string): string {
  return command.replace('FILE', () => quoted(file));
}
