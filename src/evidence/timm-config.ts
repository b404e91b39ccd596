import { stringField } from '../io/outside-fields.ts';
import { hiddenFeatures } from './architecture-names.ts';
import { known, type ReadEvidence } from './evidence.ts';
import {
  channelsField,
  countField,
  fieldsAt,
  inputField,
  jsonFields,
  shareField,
  textsField,
} from './fields.ts';

const interpolations = ['bilinear', 'bicubic', 'nearest'] as const;

/**
 * `config.json` of timm (models/_hub.py save_config_for_hf): architecture, pretrained_cfg, labels. Pictures are resized so that
 * the crop is crop_pct of the short side, rounded down, by PIL, which filters (data/transforms_factory.py).
 */
export const readTimmConfig: ReadEvidence = (text) => {
  const config = jsonFields(text);
  const architecture = config && stringField(config, 'architecture');
  const pretrained = fieldsAt(config, 'pretrained_cfg') ?? config;
  const input = inputField(pretrained, 'input_size');
  if (!config || architecture === undefined || !pretrained) return undefined;
  const crop = input && input.height === input.width ? input.height : undefined;
  const share = shareField(pretrained, 'crop_pct');
  const asked = stringField(pretrained, 'interpolation');
  const channels = input?.channels ?? 3;
  const pool = stringField(config, 'global_pool');
  return {
    architecture,
    values: known({
      classes: countField(config, 'num_classes'),
      input,
      'preprocess.resize': crop !== undefined && share ? Math.floor(crop / share) : undefined,
      'preprocess.crop': crop,
      'preprocess.mean': channelsField(pretrained, 'mean', channels),
      'preprocess.std': channelsField(pretrained, 'std', channels),
      'preprocess.interpolation': interpolations.find((kind) => kind === asked),
      'preprocess.antialias': true,
    }),
    beyond: [
      ...hiddenFeatures(architecture),
      ...(pool === undefined || pool === 'avg' ? [] : [`the global pool '${pool}'`]),
    ],
    labels: textsField(config, 'label_names') ?? textsField(pretrained, 'label_names'),
  };
};
