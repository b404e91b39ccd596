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
    ? 'convolutions stand behind its stages in place of a linear layer'
    : 'its head has more than one layer';
}

/** What each name stands for; throws UnsupportedNetwork at the first that the scheme does not have. */
export function readNames({ shapes, naming, surplus }: NamedNetwork): readonly NamedParameter[] {
  return [...shapes].map(([name, shape]) => {
    if (surplus.has(name)) return unsupported(`${headOf(shape)} ('${name}')`);
    const slot = naming.parse(name);
    if (slot) return { ...slot, name, shape };
    return unsupported(
      familyOf(name) ?? `'${name}' belongs to no network that a spec can describe`,
    );
  });
}
