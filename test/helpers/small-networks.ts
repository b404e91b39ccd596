import { schemes } from '../../codegen/weights/naming/schemes.ts';
import { namedShapes } from './inferred-networks.ts';
import { specOf } from './specs.ts';
import type { NamedShape } from './unread-weights.ts';

const scheme = schemes.find(({ name }) => name === 'torchvision');
if (!scheme) throw new Error('torchvision has no scheme');

/** Names of torchvision for a network of 16 features and 10 classes. */
export const smallNetwork: readonly NamedShape[] = namedShapes(
  specOf({
    stages: [1, 2],
    widths: [8, 16],
    classes: 10,
    input: { channels: 3, height: 64, width: 64 },
  }),
  scheme,
);

/** The same without its linear layer. */
export const smallBody = smallNetwork.filter(([name]) => !name.startsWith('fc.'));

/** The same tensors under a prefix. */
export function under(prefix: string, entries: readonly NamedShape[]): readonly NamedShape[] {
  return entries.map(([name, shape]) => [`${prefix}${name}`, shape]);
}

/** A linear layer as torch keeps it. */
export function linear(name: string, outputs: number, inputs: number): readonly NamedShape[] {
  return [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
}
