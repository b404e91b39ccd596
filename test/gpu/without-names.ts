import { homedir, hostname, tmpdir, userInfo } from 'node:os';

/** Texts that stand for a machine, a person or a place, and what is written in their stead; the longest first. */
export type Names = readonly (readonly [name: string, word: string])[];

/** What this machine, its user and the command that starts trtexec are called. */
export function namesHere(places: Names, tool: readonly string[]): Names {
  const own: Names = [
    [homedir(), '~'],
    [tmpdir(), 'TMP'],
    [hostname(), 'HOST'],
    [hostname().split('.', 1)[0] ?? '', 'HOST'],
    [userInfo().username, 'USER'],
  ];
  // `ssh me@host trtexec`: what follows the program may name a machine.
  const command = tool.slice(1, -1).map((word) => [word, 'WORD'] as const);
  return [...places, ...own, ...command]
    .filter(([name]) => name.length > 1)
    .toSorted(([a], [b]) => b.length - a.length);
}

const isWord = /^\w[\w.-]*$/;

function replaceName(text: string, name: string, word: string): string {
  if (!isWord.test(name)) return text.replaceAll(name, word);
  // A user called `root` is no part of `rooted`.
  const escaped = name.replaceAll(/[.-]/g, '\\$&');
  return text.replaceAll(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'g'), word);
}

/** Folders that nobody thought of: their last name stays. */
const absolutePath = /(?<![\w./~…-]|https?:)\/(?:[^\s/'":,;=()[\]]+\/)+/g;
/** Half-written files are called after the machine that writes them. */
const partialName = /\.rcc\.[^\s/]+?\.partial/g;
const gpuId = /GPU-[0-9a-f]{8}-[0-9a-f-]{20,}/gi;
const address = /\b(?:\d{1,3}\.){3}\d{1,3}\b(?=:\d|\s|$)/g;

/** A text without names of machines, people and folders, fit to be shown to others. */
export function withoutNames(text: string, names: Names): string {
  const named = names.reduce((rest, [name, word]) => replaceName(rest, name, word), text);
  return named
    .replaceAll(partialName, '.rcc.partial')
    .replaceAll(gpuId, 'GPU-UUID')
    .replaceAll(absolutePath, '…/')
    .replaceAll(address, (found) =>
      /^\d+\.\d+\.\d+\.\d+$/.test(found) && isAddress(found) ? 'ADDRESS' : found,
    );
}

/** `10.4.0.26` is a release of TensorRT. */
function isAddress(text: string): boolean {
  const [first = 0, , third = 0] = text.split('.').map(Number);
  return first === 127 || first === 192 || first === 172 || (first === 10 && third > 9);
}
