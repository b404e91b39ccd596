/** What a parameter of a static model is called in the state dict of its network. */
export interface StaticName {
  readonly name: string;
  /** Where the program says it. */
  readonly shape?: readonly number[];
}

/** Names by those that parameters have in the program: `conv2d_10.w_0`. */
export type StaticNames = ReadonlyMap<string, StaticName>;

/** Why the names cannot be had, after "it holds numbers without names, and": no full stop. */
export class NoNames extends Error {}
