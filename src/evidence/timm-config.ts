import { ownValue } from '../collections/own-value.ts';
import { printable } from '../diagnostics/printable.ts';
import { type Fields, stringField } from '../io/outside-fields.ts';
import type { PropertyValues } from '../language/properties.ts';
import { outputStrides, toldByName } from './architecture-names.ts';
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

/** Arguments of a model that no property has: what is usual, and what another is (models/resnet.py). */
const hiddenArguments = {
  act_layer: ['relu', 'another activation than ReLU'],
} as const;

/** What is set to something unusual: where nothing is said, the usual holds. */
function unusual(
  fields: Fields | undefined,
  usually: Readonly<Record<string, readonly [usual: string, feature: string]>>,
): readonly string[] {
  return Object.entries(usually).flatMap(([name, [usual, feature]]) => {
    const value = (fields && ownValue(fields, name)) ?? usual;
    const said = typeof value === 'string' ? value : JSON.stringify(value);
    return said === usual ? [] : [`${feature} (${name} ${printable(said)})`];
  });
}

type Pools = NonNullable<PropertyValues['pool']>;
const pools: ReadonlyMap<unknown, Pools> = new Map([
  ['avg', 'average'],
  ['max', 'max'],
  ['avgmax', 'avgmax'],
  ['catavgmax', 'catavgmax'],
]);

type AntiAliasing = NonNullable<PropertyValues['anti-alias']>;
const antiAliasing: ReadonlyMap<unknown, AntiAliasing> = new Map([
  ['avg', 'average'],
  ['avgpool', 'average'],
  ['blur', 'blur'],
  ['blurpool', 'blur'],
]);

/** Arguments of a model that leave no trace in names and shapes, and the words for them. */
function toldByArguments(fields: Fields): PropertyValues {
  const value = (name: string) => ownValue(fields, name);
  return known({
    'anti-alias': antiAliasing.get(value('aa_layer')),
    pool: pools.get(value('global_pool')),
    ...outputStrides.get(Number(value('output_stride'))),
  });
}

/** The same of how pictures are prepared (data/transforms_factory.py): squeezed, or with a border. */
const hiddenSteps = { crop_mode: ['center', 'pictures of changed proportions'] } as const;

const interpolations = ['bilinear', 'bicubic', 'nearest'] as const;

/**
 * `config.json` of timm (models/_hub.py save_config_for_hf): architecture, pretrained_cfg, labels. Pictures are resized so that
 * the crop is crop_pct of the short side, rounded down, by PIL, which filters (data/transforms_factory.py).
 */
export const readTimmConfig: ReadEvidence = (text, channels) => {
  const config = jsonFields(text);
  const architecture = config && stringField(config, 'architecture');
  const pretrained = fieldsAt(config, 'pretrained_cfg') ?? config;
  const input = inputField(pretrained, 'input_size');
  if (!config || architecture === undefined || !pretrained) return undefined;
  const crop = input && input.height === input.width ? input.height : undefined;
  const share = shareField(pretrained, 'crop_pct');
  const asked = stringField(pretrained, 'interpolation');
  const modelArguments = { ...config, ...fieldsAt(config, 'model_args') };
  const named = toldByName(architecture);
  return {
    architecture,
    channels: input?.channels,
    values: known({
      classes: countField(config, 'num_classes'),
      input,
      'preprocess.resize': crop !== undefined && share ? Math.floor(crop / share) : undefined,
      'preprocess.crop': crop,
      'preprocess.mean': channelsField(pretrained, 'mean', channels),
      'preprocess.std': channelsField(pretrained, 'std', channels),
      'preprocess.interpolation': interpolations.find((kind) => kind === asked),
      'preprocess.antialias': true,
      ...named.values,
      ...toldByArguments(modelArguments),
    }),
    ...(named.parts ? { parts: named.parts } : {}),
    beyond: [
      ...named.beyond,
      ...unusual(modelArguments, hiddenArguments),
      ...unusual(pretrained, hiddenSteps),
    ],
    labels: textsField(config, 'label_names') ?? textsField(pretrained, 'label_names'),
  };
};
