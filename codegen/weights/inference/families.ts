/** Layers behind the stages that a plain head has not. */
const behindStages: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)(gem|\w{0,32}pool\w{0,32})\.p$/, 'it pools with a trained power (generalised mean)'],
  [
    /\.(weight_(g|v|u|orig|mask)|parametrizations\.weight\.original\d?)$/,
    'its layers compute their weights; save it after remove_weight_norm or remove_parametrizations',
  ],
];

/** Of what the language has, under names or beside layers of which no scheme is. */
const elsewhere = 'in names of no scheme';

/** Parts of names that other families of networks have. */
const families: readonly (readonly [RegExp, string])[] = [
  ...behindStages,
  [
    /\.(zero_point|_packed_params)(\.|$)/,
    'it is quantised; give the float checkpoint, which rcc quantises with --int8',
  ],
  [/\.se_module\./, "it is one of timm's legacy SENets, whose stem pools without padding"],
  [/\.se\.conv\./, `it has efficient channel attention (ECA) ${elsewhere}`],
  [
    /\.(se|fca)\.|\.scale\.(squeeze|excitation)\./,
    `it has squeeze-and-excitation blocks ${elsewhere}`,
  ],
  [/(^|\.)(convs|bns)\.\d+\.|\.res\d\w*_branch2b_\d+\./, `it is a Res2Net ${elsewhere}`],
  [/\.paths\.\d+\./, `it has selective kernels (SK) ${elsewhere}`],
  [/(^|\.)(attn|attention|cbam|ca\d*|sa\d*|blocks\.\d+\.mlp)\./, 'it has attention layers'],
  [/\.conv2\.(bn0|fc1)\./, `it has split attention (ResNeSt) ${elsewhere}`],
  [/\.conv1_rep|rbr_/, 'it is a RepVGG-like network'],
  [/^maxpool\.\d+\./, 'its stem pools with a convolution'],
];

const convBias = [/conv[123]\.bias$/, 'its convolutions have a bias'] as const;

/** What a layer behind the stages makes of a network, as the end of a sentence; undefined: it may be left aside. */
export function familyBehind(name: string): string | undefined {
  return behindStages.find(([pattern]) => pattern.test(name))?.[1];
}

/** Whether a name is of a layer that no network of the language has, wherever it stands. */
export function isOtherFamily(name: string): boolean {
  return families.some(([pattern]) => pattern.test(name));
}

/** What names that are none of the scheme's say of their network, as the end of a sentence: the first family that any of them is of. */
export function familyOf(names: readonly string[]): string | undefined {
  const isOfOne = (pattern: RegExp) => names.some((name) => pattern.test(name));
  return [...families, convBias].find(([pattern]) => isOfOne(pattern))?.[1];
}
