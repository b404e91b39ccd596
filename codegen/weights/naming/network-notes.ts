import { firstLines } from '../../../src/diagnostics/bounds.ts';
import { printable } from '../../../src/diagnostics/printable.ts';
import type { Body } from './find-bodies.ts';
import type { Head } from './find-head.ts';
import type { Neck } from './find-neck.ts';
import { keyOf } from './keys.ts';

/** Names and networks that a note lists; the rest is a number. */
const mostNamed = 8;

export interface Choice {
  readonly body: Body;
  readonly head: Head;
  /** Other networks of the file. */
  readonly others: readonly Body[];
  /** Names that belong to no network. */
  readonly ignored: readonly string[];
  /** A name as the file has it. */
  rawOf(name: string): string;
}

function listed(items: readonly string[]): string {
  return firstLines(items, mostNamed).join(', ');
}

function sized({ prefix, slots }: Body): string {
  return `'${printable(keyOf(prefix))}' (${slots.size} tensors)`;
}

/** The prefix as the file has it: that of the first name. */
function rawPrefix({ prefix, slots }: Body, rawOf: Choice['rawOf']): string {
  const [name = ''] = slots.keys();
  const raw = rawOf(name);
  const own = name.slice(prefix.length);
  return raw.endsWith(own) ? raw.slice(0, raw.length - own.length) : prefix;
}

function takenNote({ body, others, rawOf }: Choice): readonly string[] {
  const prefix = keyOf(rawPrefix(body, rawOf));
  if (others.length === 0)
    return prefix === '' ? [] : [`The network is under '${printable(prefix)}'.`];
  const rest = listed(others.map(sized));
  const where = prefix === '' ? 'the one at the top' : `'${printable(prefix)}'`;
  return [
    `${others.length + 1} networks are in the file; ${where} (${body.slots.size} tensors) is taken, --weights-key takes another: ${rest}.`,
  ];
}

/** Layers whose names say nothing have to be told. */
function neckNote({ names }: Neck, rawOf: Choice['rawOf']): string {
  const layers = [...names.values()].map((name) => rawOf(name).replace(/\.[^.]*$/, ''));
  return `Its embedding is made by ${listed([...new Set(layers)].map((layer) => `'${printable(layer)}'`))}.`;
}

function headNote({ body, head, rawOf }: Choice): readonly string[] {
  const { weight, bias, neck } = head;
  if (neck) return [neckNote(neck, rawOf)];
  if (weight === undefined) return [];
  const layer = printable(rawOf(weight).replace(/\.weight$/, ''));
  const isNamed = body.slots.has(weight);
  return [
    ...(isNamed ? [] : [`Its linear layer is '${layer}'.`]),
    ...(bias === undefined ? [`The linear layer '${layer}' has no bias: zeros stand for it.`] : []),
  ];
}

/** The shortest beginning of a name that is not the taken network's: what begins so is another branch. Undefined: it begins as that does. */
function branchOf(name: string, taken: string): string | undefined {
  let start = 0;
  for (;;) {
    const end = name.indexOf('.', start) + 1;
    if (end === 0) return undefined;
    if (!taken.startsWith(name.slice(start, end), start)) return name.slice(0, end);
    start = end;
  }
}

/** Whether a name lies in the branch of another network, whose head may stand beside its stages. */
function inOtherNetwork({ body: { prefix }, others }: Choice): (name: string) => boolean {
  const branches = new Set(others.map((other) => branchOf(other.prefix, prefix)));
  // A network around the taken one: all that is in it may be its own.
  const [around] = others
    .flatMap((other) =>
      other.prefix !== '' && prefix.startsWith(other.prefix) ? other.prefix : [],
    )
    .toSorted((a, b) => a.length - b.length);
  return (name) => {
    const branch = branchOf(name, prefix);
    return (
      (branch !== undefined && branches.has(branch)) ||
      (around !== undefined && name.startsWith(around))
    );
  };
}

function ignoredNote(choice: Choice): readonly string[] {
  const { ignored, rawOf } = choice;
  const isOther = inOtherNetwork(choice);
  const rest = ignored.filter((name) => !isOther(name));
  if (rest.length === 0) return [];
  return [
    `Not part of the network, left aside: ${listed(rest.map((name) => printable(rawOf(name))))}.`,
  ];
}

/** What was taken of a file and what was not, a sentence each; none where the file is the network and nothing else. */
export function notesOn(choice: Choice): readonly string[] {
  return [...takenNote(choice), ...headNote(choice), ...ignoredNote(choice)];
}
