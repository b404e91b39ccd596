/*
 * Words in names of models and files that speak of what no weights file shows. A file of such a network has the names and the shapes of a plain
 * one, and other logits (timm models/resnet.py and resnest.py, ppcls arch/backbone).
 */
import type { PropertyValues } from '../language/properties.ts';
import type { Told, ValuePart } from './evidence.ts';

interface Word {
  readonly pattern: RegExp;
  readonly values?: PropertyValues;
  readonly parts?: readonly ValuePart[];
  /** What the word speaks of where it does not say which, or no property has it. */
  readonly beyond?: string;
}

/** Strides and dilations that leave a map of this share of the input's sides (timm `output_stride`), of four stages behind a usual stem. */
export const outputStrides: ReadonlyMap<number, PropertyValues> = new Map([
  [16, { strides: [1, 2, 2, 1], dilations: [1, 1, 1, 2] }],
  [8, { strides: [1, 2, 1, 1], dilations: [1, 1, 2, 4] }],
]);

const halvesBefore = {
  property: 'multi-path',
  kind: 'resnest',
  part: 'halving',
  value: 'before',
} as const;

const os = (stride: number) =>
  new RegExp(`output_?stride_?${stride}(?!\\d)|(^|[^a-z])os_?${stride}(?!\\d)`);

const words: readonly Word[] = [
  { pattern: /res[a-z]*aa\d|(^|[^a-z])aa\d/, values: { 'anti-alias': 'average' } },
  { pattern: /blur/, values: { 'anti-alias': 'blur' } },
  { pattern: /last_?stage_?stride_?1|stride1(?!\d)/, values: { strides: [1, 2, 2, 1] } },
  ...[...outputStrides].map(([stride, values]) => ({ pattern: os(stride), values })),
  { pattern: /dilat|deeplab/, beyond: 'dilated stages' },
  { pattern: /silu|swish|mish|leaky|prelu|gelu/, beyond: 'another activation than ReLU' },
  { pattern: /max_?pool_?head|global_?max|adaptive_?max/, values: { pool: 'max' } },
  // The fast ones, by their name or by radix, groups and width.
  { pattern: /resnest.*(fast|\ds\dx\d+d)/, parts: [halvesBefore] },
];

/** What a name says of a network that its weights do not show. */
export function toldByName(name: string): Pick<Told, 'values' | 'parts' | 'beyond'> {
  const found = words.filter(({ pattern }) => pattern.test(name.toLowerCase()));
  const parts = found.flatMap((word) => word.parts ?? []);
  return {
    values: Object.fromEntries(found.flatMap(({ values = {} }) => Object.entries(values))),
    ...(parts.length > 0 ? { parts } : {}),
    beyond: found.flatMap(({ beyond }) => beyond ?? []),
  };
}

/** What PaddleClas' names say of a shortcut (`ResNet50_vd`): release 2.0 names the parameters of vc and vd alike. */
export function shortcutInName(name: string): 'avgpool' | 'projection' | undefined {
  const [, variant] = /^(?:fix_)?resnet\d+_(v[cd])(?![a-z])/i.exec(name) ?? [];
  if (variant === undefined) return undefined;
  return variant.toLowerCase() === 'vd' ? 'avgpool' : 'projection';
}
