import { ownValue } from '../collections/own-value.ts';
import { type Fields, stringField } from '../io/outside-fields.ts';
import { type Evidence, known, type ReadEvidence } from './evidence.ts';
import {
  channelsField,
  countField,
  fieldsAt,
  jsonFields,
  shareField,
  textsField,
} from './fields.ts';

/** `id2label`: {"0": "tench", …}, every class once. */
function labelsIn(config: Fields): readonly string[] | undefined {
  const byId = fieldsAt(config, 'id2label');
  const names = Object.keys(byId ?? {}).map((_, index) => byId && ownValue(byId, String(index)));
  const isNamed = names.some((name, index) => name !== `LABEL_${index}`);
  if (names.length === 0 || !isNamed || !names.every((name) => typeof name === 'string')) {
    return undefined;
  }
  return names as string[];
}

function hasFlag(config: Fields, name: string): boolean {
  return ownValue(config, name) === true;
}

/** `config.json` of transformers' ResNet (models/resnet/configuration_resnet.py). */
export const readTransformersConfig: ReadEvidence = (text) => {
  const config = jsonFields(text);
  if (!config || stringField(config, 'model_type') !== 'resnet') return undefined;
  const labels = labelsIn(config);
  const activation = stringField(config, 'hidden_act');
  const byId = fieldsAt(config, 'id2label');
  return {
    values: known({
      classes: byId && Object.keys(byId).length > 0 ? Object.keys(byId).length : undefined,
      block: (['basic', 'bottleneck'] as const).find(
        (kind) => kind === stringField(config, 'layer_type'),
      ),
      stride: hasFlag(config, 'downsample_in_bottleneck') ? ('conv1' as const) : undefined,
    }),
    beyond: [
      ...(activation === undefined || activation === 'relu'
        ? []
        : [`the activation '${activation}'`]),
      ...(hasFlag(config, 'downsample_in_first_stage') ? ['a first stage that halves'] : []),
    ],
    labels,
  };
};

/** PIL's numbers for its filters. */
const filters = { 0: 'nearest', 2: 'bilinear', 3: 'bicubic' } as const;

/** Below this side ConvNextImageProcessor crops; from it on pictures are squeezed into the square. */
const leastSqueezedSide = 384;

function sideOf(config: Fields): number | undefined {
  const size = fieldsAt(config, 'size');
  return (
    countField(size, 'shortest_edge') ?? countField(size, 'height') ?? countField(config, 'size')
  );
}

/** What a processor does with the sides of a picture. */
function geometryOf(config: Fields): Evidence['values'] {
  const side = sideOf(config);
  if (side === undefined) return {};
  const share = shareField(config, 'crop_pct');
  const cropped = countField(fieldsAt(config, 'crop_size'), 'height');
  if (share !== undefined && side < leastSqueezedSide) {
    const input = { channels: 3, height: side, width: side };
    return { input, 'preprocess.crop': side, 'preprocess.resize': Math.floor(side / share) };
  }
  if (cropped !== undefined) {
    const input = { channels: 3, height: cropped, width: cropped };
    return { input, 'preprocess.crop': cropped, 'preprocess.resize': side };
  }
  return { input: { channels: 3, height: side, width: side } };
}

/** `preprocessor_config.json` of transformers (ConvNextImageProcessor, BitImageProcessor and the like; they resize by PIL, which filters). */
export const readTransformersPreprocessor: ReadEvidence = (text) => {
  const config = jsonFields(text);
  if (
    !config ||
    stringField(config, 'image_processor_type', 'feature_extractor_type') === undefined
  ) {
    return undefined;
  }
  const filter = ownValue(config, 'resample');
  const side = sideOf(config) ?? 0;
  const squeezes = shareField(config, 'crop_pct') !== undefined && side >= leastSqueezedSide;
  return {
    values: known({
      ...geometryOf(config),
      'preprocess.mean': channelsField(config, 'image_mean', 3),
      'preprocess.std': channelsField(config, 'image_std', 3),
      'preprocess.interpolation':
        typeof filter === 'number' ? filters[filter as keyof typeof filters] : undefined,
      'preprocess.antialias': true,
    }),
    beyond: squeezes ? [`pictures squeezed to ${side} × ${side} without a crop`] : [],
    labels: textsField(config, 'labels'),
  };
};
