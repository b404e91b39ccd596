import type { Naming } from '../naming/naming.ts';
import { isIgnorable } from '../naming/recognise-scheme.ts';
import type { ParameterSlot } from '../parameter-slot.ts';
import type { WeightsFile } from '../weights-file.ts';
import { unsupported } from './unsupported-network.ts';

/** Names and shapes of a state dict: all that the architecture is inferred from. */
export type NamedShapes = ReadonlyMap<string, readonly number[]>;

/** Names and shapes of a file's tensors. */
export function shapesOf(file: WeightsFile): NamedShapes {
  return new Map([...file.tensors].map(([name, { shape }]) => [name, shape]));
}

/** A tensor of the file and the parameter that its name stands for. */
export interface NamedParameter extends ParameterSlot {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Parts of names that other families of networks have. */
const families: readonly (readonly [RegExp, string])[] = [
  [/\.se\.conv\./, 'it has efficient channel attention (ECA)'],
  [/\.(se|fca|se_module)\./, 'it has squeeze-and-excitation blocks'],
  [/\.(convs|bns)\.\d+\./, 'it is a Res2Net: its 3×3 convolutions are split'],
  [/\.(attn|attention|blocks\.\d+\.mlp)\./, 'it has attention layers'],
  [/\.conv1_rep|rbr_/, 'it is a RepVGG-like network'],
  [/^(fc|linear|head|out)\.\d+\./, 'its head has more than one layer'],
  [/conv[123]\.bias$/, 'its convolutions have a bias'],
];

/** What each name stands for; throws UnsupportedNetwork at the first that the scheme does not have. */
export function readNames(shapes: NamedShapes, { parse }: Naming): readonly NamedParameter[] {
  return [...shapes].flatMap(([name, shape]) => {
    if (isIgnorable(name)) return [];
    const slot = parse(name);
    if (slot) return [{ ...slot, name, shape }];
    const family = families.find(([pattern]) => pattern.test(name))?.[1];
    return unsupported(family ?? `'${name}' belongs to no network that a spec can describe`);
  });
}
