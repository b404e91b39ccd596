import type { Rule, RuleContext } from './rule.ts';

function checkPictureSize({ spec, given, report }: RuleContext): void {
  const { crop, resize } = spec.preprocess;
  const { height, width } = spec.input;
  const input = `${height}x${width}`;
  if (crop !== undefined && (crop !== height || crop !== width))
    report('preprocess-misses-input', { what: `A crop of ${crop}x${crop}`, input });
  else if (given('preprocess.crop') === 'none' && resize !== undefined)
    checkUncropped({ spec, report }, resize, input);
}

/** Without a crop only square pictures can fit, and only when they are resized to the input's side. */
function checkUncropped(
  { spec, report }: Pick<RuleContext, 'spec' | 'report'>,
  resize: number,
  input: string,
): void {
  const { height, width } = spec.input;
  if (height === width && resize === height) return;
  report('preprocess-misses-input', { what: `A resize to ${resize} without a crop`, input });
}

function checkChannels(name: 'mean' | 'std'): Rule {
  return {
    name: `channels-of-${name}`,
    involves: [`preprocess.${name}`, 'input'],
    check({ spec, report }) {
      const { channels } = spec.input;
      const numbers = spec.preprocess[name].length;
      if (numbers !== channels) report('channels-mismatch', { name, given: numbers, channels });
    },
  };
}

function checkResizeEffect(name: 'interpolation' | 'antialias'): Rule {
  return {
    name: `effect-of-${name}`,
    involves: [`preprocess.${name}`, 'preprocess.resize', 'preprocess.crop', 'input'],
    check({ spec, isOwn, report }) {
      if (isOwn(`preprocess.${name}`) && spec.preprocess.resize === undefined)
        report('property-without-effect', { property: name, reason: 'pictures are not resized' });
    },
  };
}

/** What must hold between the preprocessing and the network's input. */
export const preprocessRules: readonly Rule[] = [
  {
    name: 'size-of-pictures',
    involves: ['preprocess.crop', 'preprocess.resize', 'input'],
    check: checkPictureSize,
  },
  {
    name: 'crop-of-resize',
    involves: ['preprocess.resize', 'preprocess.crop', 'input'],
    check({ spec, report }) {
      const { crop, resize } = spec.preprocess;
      if (crop !== undefined && resize !== undefined && resize < crop)
        report('crop-exceeds-resize', { crop, resize });
    },
  },
  checkChannels('mean'),
  checkChannels('std'),
  {
    name: 'channels-of-color',
    involves: ['preprocess.color', 'input'],
    check({ spec, given, report }) {
      const color = given('preprocess.color');
      const { channels } = spec.input;
      if (color !== undefined && channels !== (color === 'gray' ? 1 : 3))
        report('color-mismatch', { color, channels });
    },
  },
  checkResizeEffect('interpolation'),
  checkResizeEffect('antialias'),
];
