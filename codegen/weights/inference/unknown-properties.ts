import type { Candidate } from './candidates.ts';
import type { UnknownProperty } from './inferred-spec.ts';
import type { ShortcutGuess } from './shortcut-kind.ts';

/** What names and shapes leave open, with the usual value of each. */
export function unknownsOf(
  { block, stem, input }: Candidate,
  shortcut: ShortcutGuess,
): UnknownProperty[] {
  const side = stem === 'conv3' ? 32 : 224;
  const preprocess = stem === 'conv3' ? '' : 'resize 256  crop 224  ';
  return [
    {
      property: 'input',
      assumed: `${input.channels}x${side}x${side}`,
      reason: 'A convolution runs on any size; take the one that it was trained or tested with.',
    },
    {
      property: 'preprocess',
      assumed: `{ ${preprocess}mean [0.485, 0.456, 0.406]  std [0.229, 0.224, 0.225]  color rgb }`,
      reason: 'How pictures were prepared is in no weights file; these are the usual values.',
    },
    ...(block === 'bottleneck'
      ? [
          {
            property: 'stride',
            assumed: 'in conv2',
            reason: 'PaddleClas, torchvision and timm stride in the 3×3; Caffe in the first 1×1.',
          },
        ]
      : []),
    ...(shortcut.unknown
      ? [{ property: 'shortcut', assumed: shortcut.shortcut, reason: shortcut.unknown }]
      : []),
  ];
}
