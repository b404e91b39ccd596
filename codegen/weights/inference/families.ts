/** Parts of names that other families of networks have. */
const families: readonly (readonly [RegExp, string])[] = [
  [/\.se\.conv\./, 'it has efficient channel attention (ECA)'],
  [/\.(se|fca|se_module)\./, 'it has squeeze-and-excitation blocks'],
  [/(^|\.)(convs|bns)\.\d+\./, 'it is a Res2Net: its 3×3 convolutions are split'],
  [/\.res\d+\w*_branch2b_\d+\./, 'it is a Res2Net: its 3×3 convolutions are split'],
  [/\.scale\.(squeeze|excitation)\./, 'it has squeeze-and-excitation blocks'],
  [/(^|\.)(attn|attention|cbam|ca\d*|sa\d*|blocks\.\d+\.mlp)\./, 'it has attention layers'],
  [/\.paths\.\d+\./, 'it has selective kernels (SK)'],
  [/\.conv2\.(bn0|fc1)\./, 'it has split attention (ResNeSt)'],
  [/\.conv1_rep|rbr_/, 'it is a RepVGG-like network'],
  [/^maxpool\.\d+\./, 'its stem pools with a convolution'],
];

const convBias = [/conv[123]\.bias$/, 'its convolutions have a bias'] as const;

/** Whether a name is of a layer that no network of the language has, wherever it stands. */
export function isOtherFamily(name: string): boolean {
  return families.some(([pattern]) => pattern.test(name));
}

/** What a name that is none of the scheme's says of its network, as the end of a sentence. */
export function familyOf(name: string): string | undefined {
  return [...families, convBias].find(([pattern]) => pattern.test(name))?.[1];
}
