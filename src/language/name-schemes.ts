/** How frameworks name the parameters of these networks: the words that a spec may write before the path in `weights`. */
export const nameSchemes = [
  'paddleclas',
  'paddleclas-v2',
  'torchvision',
  'timm',
  'cifar',
  'paddle-vision',
  'transformers',
  'nvidia',
  'mmpretrain',
] as const;

export type SchemeName = (typeof nameSchemes)[number];
