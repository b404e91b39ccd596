import type { ChosenNetwork } from '../naming/choose-network.ts';
import type { Naming } from '../naming/naming.ts';
import type { ParameterSlot } from '../parameter-slot.ts';
import { familyOf } from './families.ts';
import { unsupported } from './unsupported-network.ts';

/** Names and shapes of a state dict: all that the architecture is inferred from. */
export type NamedShapes = ReadonlyMap<string, readonly number[]>;

/** A network's names and shapes, and the scheme of the names. */
export interface NamedNetwork {
  readonly naming: Naming;
  readonly shapes: NamedShapes;
  /** Names of layers behind the stages beside the linear one. */
  readonly surplus: ReadonlySet<string>;
}

export function namedNetwork({ naming, tensors, surplus }: ChosenNetwork): NamedNetwork {
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  return { naming, shapes, surplus };
}

/** A tensor of the file and the parameter that its name stands for. */
export interface NamedParameter extends ParameterSlot {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a layer behind the stages makes of the head. */
function headOf(shape: readonly number[]): string {
  return shape.length === 4
    ? 'its head is made of convolutions'
    : 'its head has more than one layer';
}

/** Throws with the most telling of the names that are none of the scheme's. */
function refuseNames(
  strange: readonly string[],
  { shapes, surplus }: Pick<NamedNetwork, 'shapes' | 'surplus'>,
): void {
  const [first] = strange;
  if (first === undefined) return;
  const family = familyOf(strange.filter((name) => !surplus.has(name)));
  if (family) unsupported(family);
  if (surplus.has(first)) unsupported(`${headOf(shapes.get(first) ?? [])} ('${first}')`);
  unsupported(`'${first}' belongs to no network that a spec can describe`);
}

/** What each name stands for; throws UnsupportedNetwork where the scheme does not have all of them. */
export function readNames({ shapes, naming, surplus }: NamedNetwork): readonly NamedParameter[] {
  const strange: string[] = [];
  const parameters = [...shapes].flatMap(([name, shape]) => {
    const slot = surplus.has(name) ? undefined : naming.parse(name);
    if (!slot) strange.push(name);
    return slot ? [{ ...slot, name, shape }] : [];
  });
  refuseNames(strange, { shapes, surplus });
  return parameters;
}
