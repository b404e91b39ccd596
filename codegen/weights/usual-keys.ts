/** Keys under which training scripts put the weights, in order of choice. */
export const usualKeys: readonly string[] = [
  'state_dict',
  'model',
  'model_state_dict',
  'state_dict_model',
  'net',
  'network',
  'params',
];
