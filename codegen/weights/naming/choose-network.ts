import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { findNearest } from '../../../src/diagnostics/nearest.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import { nameSchemes } from '../../../src/language/name-schemes.ts';
import type { TensorSource } from '../../tensors/tensor-source.ts';
import { familyOf } from '../inference/families.ts';
import type { WeightsFile } from '../weights-file.ts';
import { type Body, findBodies } from './find-bodies.ts';
import { findHead, type Head, type WantedHead } from './find-head.ts';
import { asNeckTensor } from './find-neck.ts';
import { isIgnorable } from './ignorable.ts';
import { isUnder, keyOf, keysOf } from './keys.ts';
import type { Naming } from './naming.ts';
import { answersTo, isSchemeName } from './namings.ts';
import { notesOn } from './network-notes.ts';
import { createPart, type NetworkPart } from './network-part.ts';
import { bestBodies } from './rank-bodies.ts';
import type { NameScheme, SchemeName } from './scheme.ts';
import { type CleanName, cleanNames } from './wrapper-parts.ts';

export interface ChooseOptions {
  /** Name scheme that the spec pins; without it the names decide. */
  readonly scheme?: string | undefined;
  /** Keys of dicts, or the beginning of names, under which the network is; without it the usual one is taken. */
  readonly key?: string | undefined;
  /** What the network has behind its stages; without it names and shapes decide. */
  readonly head?: WantedHead | undefined;
  /** Where the spec names its weights. */
  readonly span?: Span | undefined;
}

/** One network of a weights file, free of what stands around it. */
export interface ChosenNetwork {
  readonly naming: Naming;
  /** Its tensors by the names of the scheme; what belongs to it and is none of the scheme's, by its own name. */
  readonly tensors: ReadonlyMap<string, TensorSource>;
  /** Names of layers behind the stages that no network of the language has. */
  readonly surplus: ReadonlySet<string>;
  /** What the file or its names say of the shortcuts; undefined: nothing. */
  readonly shortcutKind: NameScheme['shortcutKind'] | undefined;
  /** Tensors of the file that are the network's, counters too. */
  readonly tensorCount: number;
  /** What was taken and what was left aside, a sentence each. */
  readonly notes: readonly string[];
  /** What a tensor is called in the file. */
  nameInFile(name: string): string;
}

type Found = CleanName<TensorSource>;
type Names = ReadonlyMap<string, Found>;

function pinnedScheme({ scheme, span }: ChooseOptions): SchemeName | undefined {
  if (scheme === undefined || isSchemeName(scheme)) return scheme;
  const nearest = findNearest(scheme, nameSchemes);
  return fail('unknown-name-scheme', { scheme, known: nameSchemes, nearest }, { span });
}

/** The networks among bodies: whole ones, or the one that knows at least half of all names, more than those of a stem. */
function likelyOf(bodies: readonly Body[], counted: number): readonly Body[] {
  const whole = bodies.filter(({ isWhole }) => isWhole);
  if (whole.length > 0) return whole;
  return bodies
    .slice(0, 1)
    .filter(({ slots, hasBlocks, hasHead }) => (hasBlocks || hasHead) && slots.size * 2 >= counted);
}

/** Names that do not fit the scheme that knows most of them; of a relative of the ResNets, what it is. */
function failUnknown(
  file: string,
  names: readonly string[],
  [fullest]: readonly Body[],
  { span }: ChooseOptions,
): never {
  const strange = names.filter((name) => !fullest?.slots.has(name));
  // Many networks have a `conv1` or an `fc`; only one with blocks is near.
  const nearest = fullest?.hasBlocks ? fullest.naming.scheme.title : undefined;
  const reason = nearest && familyOf(strange);
  if (reason) fail('weights-network-unsupported', { file, reason }, { span });
  const examples = strange.slice(0, 4);
  const others = strange.length - examples.length;
  return fail('weights-names-unknown', { file, examples, others, nearest }, { span });
}

/** Names of a file that a network may have, and the bodies that they make up. */
interface Scope {
  readonly names: readonly string[];
  readonly bodies: readonly Body[];
}

function networksIn(
  file: string,
  { names, bodies }: Scope,
  options: ChooseOptions,
): readonly Body[] {
  const pinned = pinnedScheme(options);
  const likely = likelyOf(bodies, names.length);
  if (!pinned) return likely.length > 0 ? likely : failUnknown(file, names, bodies, options);
  const answers = likelyOf(
    findBodies(names, (naming) => answersTo(naming, pinned)),
    names.length,
  );
  if (answers.length > 0) return answers;
  const found = likely[0]?.naming.scheme.name;
  if (!found) return failUnknown(file, names, bodies, options);
  return fail('weights-scheme-mismatch', { file, pinned, found }, { span: options.span });
}

/** The best of the networks; DiagnosticError where no rule says which. */
function chooseBody(
  file: string,
  bodies: readonly Body[],
  findsHead: (body: Body) => boolean,
  { span }: ChooseOptions,
): Body {
  const best = bestBodies(bodies, findsHead);
  const [first, ...rivals] = best;
  if (!first) throw new Error('no network to choose from');
  if (rivals.length === 0) return first;
  const networks = best.map(({ prefix, slots }) => ({ key: keyOf(prefix), tensors: slots.size }));
  return fail('weights-several-networks', { file, networks }, { span });
}

/** What is under the key; DiagnosticError where nothing is. */
function narrow(file: string, { names, bodies }: Scope, { key, span }: ChooseOptions): Scope {
  if (key === undefined) return { names, bodies };
  const under = names.filter((name) => isUnder(name, key));
  if (under.length > 0) {
    return { names: under, bodies: bodies.filter(({ prefix }) => isUnder(prefix, key)) };
  }
  const networks = bodies.filter(({ isWhole, prefix }) => isWhole && prefix !== '');
  const known = networks.length > 0 ? networks.map(({ prefix }) => keyOf(prefix)) : keysOf(names);
  const nearest = findNearest(key, known);
  return fail('weights-key-unknown', { file, key, known, nearest }, { span });
}

/** Names of the head as the scheme has them. */
function headNames({ naming }: Body, { weight, bias }: Head): ReadonlyMap<string, string> {
  const layout = { stemConvs: 1, stages: [] };
  const own = (role: 'linear.weight' | 'linear.bias') =>
    naming.nameOf({ path: 'head/fc', role }, layout) ?? '';
  return new Map([
    ...(weight === undefined ? [] : [[weight, own('linear.weight')] as const]),
    ...(bias === undefined ? [] : [[bias, own('linear.bias')] as const]),
  ]);
}

/** Names of an embedding's layers as the graph has them. */
function neckNames({ neck }: Head): readonly (readonly [string, string])[] {
  return [...(neck?.names ?? [])].map(([own, name]) => [name, own]);
}

/** What of the file is the network, by the names that the scheme has for it. */
function assignNames(body: Body, part: NetworkPart, head: Head, names: Names) {
  const ofHead = new Map([...headNames(body, head), ...neckNames(head)]);
  const surplus = new Set(head.surplus);
  const taken = new Map<string, string>();
  const ignored: string[] = [];
  for (const name of names.keys()) {
    if (isIgnorable(name)) continue;
    const own = ofHead.get(name);
    if (own !== undefined) taken.set(own, name);
    else if (part.has(name)) taken.set(name.slice(body.prefix.length), name);
    else if (surplus.has(name)) taken.set(name, name);
    else ignored.push(name);
  }
  return { taken, ignored };
}

function countCounters(names: Names, part: NetworkPart): number {
  return [...names.keys()].filter((name) => isIgnorable(name) && part.isRooted(name)).length;
}

function tensorsOf(names: Names): ReadonlyMap<string, TensorSource> {
  return new Map([...names].map(([name, { tensor }]) => [name, tensor]));
}

/** The other networks of a file. */
function othersOf(body: Body, bodies: readonly Body[]): readonly Body[] {
  return bodies.filter(({ isWhole, prefix }) => isWhole && prefix !== body.prefix);
}

/**
 * The network of a weights file: the names behind one prefix that cover stem and stages of a scheme, and the linear layer behind them. What the file holds
 * beside it is left aside and said, unless its name follows the network's own.
 * DiagnosticError where there is none, where no rule says which of several, or where the key is none of the file's.
 */
export function chooseNetwork(file: WeightsFile, options: ChooseOptions = {}): ChosenNetwork {
  const all: Names = cleanNames(file.tensors);
  const names = [...all.keys()].filter((name) => !isIgnorable(name));
  const bodies = findBodies(names, () => true);
  const scope = narrow(file.name, { names, bodies }, options);
  const shapes = tensorsOf(all);
  const headOf = (body: Body) => {
    const part = createPart(body);
    const others = othersOf(body, bodies).map(({ prefix }) => prefix);
    return {
      part,
      head: findHead({ body, shapes, others: new Set(others), inBody: part.has }, options.head),
    };
  };
  const likely = networksIn(file.name, scope, options);
  const findsHead = (body: Body) => headOf(body).head.weight !== undefined;
  const body = chooseBody(file.name, likely, findsHead, options);
  const others = othersOf(body, bodies);
  const { part, head } = headOf(body);
  const { taken, ignored } = assignNames(body, part, head, all);
  const rawOf = (name: string) => all.get(name)?.raw ?? name;
  return {
    naming: body.naming,
    tensors: new Map(
      [...taken].map(([own, name]) => {
        const { tensor } = all.get(name) as Found;
        return [own, asNeckTensor(own, tensor, body)];
      }),
    ),
    surplus: new Set(head.surplus),
    shortcutKind: file.shortcutKind ?? body.naming.scheme.shortcutKind,
    tensorCount: taken.size + countCounters(all, part),
    notes: notesOn({ body, head, others, ignored, rawOf }),
    nameInFile: (name) => rawOf(taken.get(name) ?? name),
  };
}
