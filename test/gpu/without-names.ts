import { isIPv4, isIPv6 } from 'node:net';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { namesOfCommand } from './names-of-command.ts';

/** A text that stands for a machine, a person or a place, and what is written in its stead. */
export type Replacement = readonly [name: string, word: string];

export interface Names {
  /** The longest first. */
  readonly replacements: readonly Replacement[];
  /** TensorRT's full version, which looks like an address: `10.4.0.26`. */
  readonly release: string;
}

/** What this machine, its user and the command that starts trtexec are called. */
export function namesHere(
  places: readonly Replacement[],
  tool: readonly string[],
  release: string,
): Names {
  const own: readonly Replacement[] = [
    [homedir(), '~'],
    [tmpdir(), 'TMP'],
    [hostname(), 'HOST'],
    [hostname().split('.', 1)[0] ?? '', 'HOST'],
    [userInfo().username, 'USER'],
  ];
  const replacements = [...places, ...own, ...namesOfCommand(tool)]
    .filter(([name]) => name.length > 1)
    .toSorted(([a], [b]) => b.length - a.length);
  return { replacements, release };
}

const isWord = /^\w[\w.-]*$/;

function replaceName(text: string, [name, word]: Replacement): string {
  if (!isWord.test(name)) return text.replaceAll(name, word);
  // A user called `root` is no part of `rooted`.
  const escaped = name.replaceAll(/[.-]/g, '\\$&');
  return text.replaceAll(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'g'), word);
}

/** Whose folder it is. */
const homeName = /(?<=[/\\](?:home|Users)[/\\])[^\s/\\'":,;=()[\]]+/g;
/** Folders that nobody thought of: their last name stays. A blank belongs to a folder, unless a file's ending or an option is beside it. */
const absolutePath =
  /(?<![\w./~…-]|https?:)(?:file:\/\/)?\/(?:(?:(?!\.\w{1,8} )[^\s/'":,;=()[\]]| (?=[^\s/-]))+\/)+/g;
/** Half-written files are called after the machine that writes them. */
const partialName = /\.rcc\.[^\s/]+?\.partial/g;
/** Of a GPU or a part of one. */
const serial = /(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const release = /(?<=tensorrt(?: version)?[\s:_-]{1,2}|\bv)(?:\d+\.){3}\d+/i;
const fourNumbers = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)/g;
const hexGroups = /(?<![\w:.])[0-9a-f:]*:[0-9a-f:.]*[0-9a-f](?!\w)/gi;

function withoutAddresses(text: string, known: string): string {
  return text
    .replaceAll(hexGroups, (found) => (isIPv6(found) ? 'ADDRESS' : found))
    .replaceAll(fourNumbers, (found, at: number) => {
      const isRelease =
        found === known || release.test(text.slice(Math.max(0, at - 20), at) + found);
      return isIPv4(found) && !isRelease ? 'ADDRESS' : found;
    });
}

/** A text without names of machines, people and folders, fit to be shown to others. */
export function withoutNames(text: string, { replacements, release: known }: Names): string {
  const named = replacements.reduce(replaceName, text);
  const placed = named
    .replaceAll(partialName, '.rcc.partial')
    .replaceAll(serial, 'UUID')
    .replaceAll(homeName, 'USER')
    .replaceAll(absolutePath, '…/');
  return withoutAddresses(placed, known);
}

/** Any value of JSON with its texts so; names of its fields stay. */
export function valueWithoutNames(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return withoutNames(value, names);
  if (Array.isArray(value)) return value.map((one) => valueWithoutNames(one, names));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, one]) => [key, valueWithoutNames(one, names)]);
  return Object.fromEntries(fields);
}
