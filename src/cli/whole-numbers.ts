import { InvalidArgumentError } from 'commander';

export function parseWhole(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  }
  return value;
}

/** Parser of a whole number for commander. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => parseWhole(text, least, most);
}

/** Parser of a list such as `1,4,8` for commander. */
export function wholeList(least: number, most: number): (text: string) => readonly number[] {
  return (text) => text.split(',').map((part) => parseWhole(part.trim(), least, most));
}
