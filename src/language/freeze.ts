import type { Spec } from './spec.ts';

function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freezeDeep(part);
  return Object.freeze(value);
}

/** The spec, frozen through and through. */
export function freezeSpec(spec: Spec): Spec {
  return freezeDeep(spec);
}
