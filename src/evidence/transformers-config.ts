import { ownValue } from '../collections/own-value.ts';
import { type Fields, stringField } from '../io/outside-fields.ts';
import type { PropertyValues } from '../language/properties.ts';
import { known, type ReadEvidence } from './evidence.ts';
import { countField, fieldsAt, jsonFields, stagesField } from './fields.ts';

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

/** What a block puts out, divided by its width. */
const expansions = { basic: 1, bottleneck: 4 } as const;

/** The sizes of blocks and stages: `hidden_sizes` are what the blocks put out. */
function shapeOf(config: Fields): PropertyValues {
  const said = stringField(config, 'layer_type');
  const block = said === 'basic' || said === 'bottleneck' ? said : undefined;
  const embedding = countField(config, 'embedding_size');
  const expansion = block && expansions[block];
  const widths = expansion && stagesField(config, 'hidden_sizes')?.map((size) => size / expansion);
  return known({
    block,
    expansion,
    stages: stagesField(config, 'depths'),
    'stem-widths': embedding === undefined ? undefined : [embedding],
    widths: widths?.every(Number.isInteger) ? widths : undefined,
    stride:
      block !== 'basic' && hasFlag(config, 'downsample_in_bottleneck')
        ? ('conv1' as const)
        : undefined,
  });
}

/** `config.json` of transformers' ResNet (models/resnet/configuration_resnet.py). */
export const readTransformersConfig: ReadEvidence = (text) => {
  const config = jsonFields(text);
  if (!config || stringField(config, 'model_type') !== 'resnet') return undefined;
  const activation = stringField(config, 'hidden_act');
  const byId = fieldsAt(config, 'id2label');
  const classes = byId && Object.keys(byId).length;
  return {
    channels: countField(config, 'num_channels'),
    values: { ...shapeOf(config), ...known({ classes: classes || undefined }) },
    beyond: [
      ...(activation === undefined || activation === 'relu'
        ? []
        : [`the activation '${activation}'`]),
      ...(hasFlag(config, 'downsample_in_first_stage') ? ['a first stage that halves'] : []),
    ],
    labels: labelsIn(config),
  };
};
