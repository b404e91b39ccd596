import type { ChosenNetwork } from '../naming/choose-network.ts';
import { neckSlots } from '../naming/find-neck.ts';
import type { Naming } from '../naming/naming.ts';
import type { NameScheme } from '../naming/scheme.ts';
import type { ParameterSlot } from '../parameter-slot.ts';
import { familyBehind, familyOf } from './families.ts';
import { unsupported } from './unsupported-network.ts';

/** Names and shapes of a state dict: all that the architecture is inferred from. */
export type NamedShapes = ReadonlyMap<string, readonly number[]>;

/** A network's names and shapes, and the scheme of the names. */
export interface NamedNetwork {
  readonly naming: Naming;
  readonly shapes: NamedShapes;
  /** Names of layers behind the stages beside the linear one. */
  readonly surplus: ReadonlySet<string>;
  /** What is known of its shortcuts. */
  readonly shortcutKind: NameScheme['shortcutKind'] | undefined;
  /** What a tensor is called in the file. */
  nameInFile(name: string): string;
}

export function namedNetwork(network: ChosenNetwork): NamedNetwork {
  const { naming, tensors, surplus, shortcutKind, nameInFile } = network;
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  return { naming, shapes, surplus, shortcutKind, nameInFile };
}

/** A tensor of the file and the parameter that its name stands for. */
export interface NamedParameter extends ParameterSlot {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a layer behind the stages makes of the head. */
function headOf(name: string, { shapes, nameInFile }: NamedNetwork): string {
  const kind =
    shapes.get(name)?.length === 4 ? 'is made of convolutions' : 'has more than one layer';
  return familyBehind(name) ?? `its head ${kind} ('${nameInFile(name)}')`;
}

/** Throws with the most telling of the names that are none of the scheme's. */
function refuseNames(strange: readonly string[], network: NamedNetwork): void {
  const [first] = strange;
  if (first === undefined) return;
  const { surplus, nameInFile } = network;
  const family = familyOf(strange.filter((name) => !surplus.has(name)));
  if (family) unsupported(family);
  const behind = strange.filter((name) => surplus.has(name));
  if (surplus.has(first)) unsupported(headOf(behind.find(familyBehind) ?? first, network));
  unsupported(`'${nameInFile(first)}' belongs to no network that a spec can describe`);
}

/** What each name stands for; throws UnsupportedNetwork where the scheme does not have all of them. */
export function readNames(network: NamedNetwork): readonly NamedParameter[] {
  const { shapes, naming, surplus } = network;
  const strange: string[] = [];
  const parameters = [...shapes].flatMap(([name, shape]) => {
    const slot = surplus.has(name) ? undefined : (neckSlots.get(name) ?? naming.parse(name));
    if (!slot) strange.push(name);
    return slot ? [{ ...slot, name, shape }] : [];
  });
  refuseNames(strange, network);
  return parameters;
}
