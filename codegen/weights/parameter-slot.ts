export type ParameterRole =
  | 'conv.weight'
  | 'conv.bias'
  | 'bn.scale'
  | 'bn.bias'
  | 'bn.mean'
  | 'bn.var'
  | 'linear.weight'
  | 'linear.bias';

/** Which parameter of the architecture an initializer is, free of any framework's names. */
export interface ParameterSlot {
  /** Path of the step that has the parameter: `stem/conv1`, `stage1/block0/conv2/bn`, `stage2/block0/shortcut`, `head/fc`. */
  readonly path: string;
  readonly role: ParameterRole;
}
