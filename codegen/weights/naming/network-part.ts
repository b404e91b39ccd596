import { isOtherFamily } from '../inference/families.ts';
import { isBeside } from './beside.ts';
import type { Body } from './find-bodies.ts';
import { formOf } from './template.ts';

/** Which names of a file belong to stem and stages of a network. */
export interface NetworkPart {
  /** Whether the name begins as those of stem and stages do. */
  isRooted(name: string): boolean;
  /** Whether it is of stem or stages, or would make another network of them. */
  has(name: string): boolean;
}

/** The form of a name's first part; a number alone is a place in a sequence, of which each is a layer of its own. */
function rootForm(name: string): string {
  const [root = ''] = name.split('.', 1);
  return /^\d+$/.test(root) ? root : formOf(root);
}

export function createPart({ prefix, slots }: Body): NetworkPart {
  const rootOf = (name: string) => rootForm(name.slice(prefix.length));
  const isLinear = (name: string) => slots.get(name)?.role.startsWith('linear.');
  const roots = new Set([...slots.keys()].filter((name) => !isLinear(name)).map(rootOf));
  const isRooted = (name: string) =>
    name.startsWith(prefix) && !isLinear(name) && roots.has(rootOf(name));
  return {
    isRooted,
    has(name) {
      if (isRooted(name)) return true;
      const own = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
      return own !== undefined && !isBeside(own) && isOtherFamily(own);
    },
  };
}
