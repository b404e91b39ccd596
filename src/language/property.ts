import type { ValueType } from './values/value-type.ts';

/** One property: the parser, the checker, `rcc explain`, completion and docs/language.md read this row and nothing else. */
export interface Property<T> {
  readonly type: ValueType<T>;
  /** What holds where it is not given, in words; undefined: nothing does. */
  readonly default?: string;
  readonly unit?: string;
  /** What is checked beyond the form of the value, in words. */
  readonly check?: string;
  readonly doc: string;
  /** Why the language has it, where that is not plain. */
  readonly reason?: string;
  /** As it is written in a model, or in its group. */
  readonly example: string;
}

/** Keeps the value's type of each row while checking its form. */
export function property<T>(definition: Property<T>): Property<T> {
  return definition;
}

/** Largest numbers that the language takes; beyond them lies a slip of the hand, not a network. */
export const limits = {
  stages: 8,
  blocks: 1000,
  width: 16_384,
  channels: 65_536,
  /** Of a .rn file, in 1024 UTF-16 units: room for a hundred models of twelve lines. */
  fileKib: 64,
} as const;

/** A side in pixels. */
export const pixels = { least: 1, most: 4096, unit: ' pixels' };
