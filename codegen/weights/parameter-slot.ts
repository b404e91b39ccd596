/** A layer of the architecture that has parameters, by place; counts start at 0. */
export type LayerPlace =
  | { readonly kind: 'stem'; readonly index: number; readonly count: number }
  | {
      readonly kind: 'block';
      readonly stage: number;
      /** In its stage. */
      readonly block: number;
      /** Through all stages. */
      readonly flatBlock: number;
      /** Number of blocks in this stage. */
      readonly stageBlocks: number;
      /** 0, 1, 2: convolutions of the main branch; `shortcut`: the projection. */
      readonly layer: number | 'shortcut';
    }
  | { readonly kind: 'head' };

export type ParameterRole =
  | 'conv.weight'
  | 'bn.scale'
  | 'bn.bias'
  | 'bn.mean'
  | 'bn.var'
  | 'linear.weight'
  | 'linear.bias';

/** Which parameter of the architecture an initializer is, free of any framework's names. */
export interface ParameterSlot {
  readonly place: LayerPlace;
  readonly role: ParameterRole;
}
