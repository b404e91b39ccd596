/*
 * Words in names of models and files that speak of what no weights file shows. A file of such a network has the names and the shapes of a plain
 * one, and other logits (timm models/resnet.py, ppcls arch/backbone).
 */

/** What a word means, and how far the logits of a plain network are off, of their standard deviation. */
const words: readonly (readonly [RegExp, string])[] = [
  [/resnetaa|(^|[^a-z])aa\d/, 'anti-aliasing by average pools'],
  [/blur/, 'anti-aliasing by blur pools'],
  [/last_?stage_?stride_?1|stride1/, 'a last stage that does not halve'],
  [/dilat|output_?stride|(^|[^a-z])os(8|16)([^0-9]|$)|deeplab/, 'dilated stages'],
  [/silu|swish|mish|leaky|prelu|gelu/, 'another activation than ReLU'],
  [/maxpool_?head|global_?max/, 'a head that takes the maximum'],
];

/** Phrases for what a name says of a network that no spec can say yet. */
export function hiddenFeatures(name: string): readonly string[] {
  const lower = name.toLowerCase();
  return words.filter(([pattern]) => pattern.test(lower)).map(([, feature]) => feature);
}

/** What PaddleClas' names say of a shortcut (`ResNet50_vd`): release 2.0 names the parameters of vc and vd alike. */
export function shortcutInName(name: string): 'avgpool' | 'projection' | undefined {
  const [, variant] = /^(?:fix_)?resnet\d+_(v[cd])(?![a-z])/i.exec(name) ?? [];
  if (variant === undefined) return undefined;
  return variant.toLowerCase() === 'vd' ? 'avgpool' : 'projection';
}
