import { parse } from 'yaml';
import { ownValue } from '../collections/own-value.ts';
import { asFields, asList, type Fields, stringField } from '../io/outside-fields.ts';
import type { PropertyValues } from '../language/properties.ts';
import { shortcutInName, toldByName } from './architecture-names.ts';
import { known, type ReadEvidence } from './evidence.ts';
import { countField, fieldsAt, textsField } from './fields.ts';
import { channelsOfMean, normalisation } from './normalisation.ts';

/** YAML as other programs write it; undefined where it is none. Aliases are bounded by the library, 100 of them; its search for keys that stand twice is quadratic. */
function yamlFields(text: string): Fields | undefined {
  try {
    return asFields(parse(text, { logLevel: 'silent', uniqueKeys: false }));
  } catch {
    return undefined;
  }
}

/** Steps of the preparation of pictures: `[{ ResizeImage: { resize_short: 256 } }, …]`, by name. */
function stepsIn(config: Fields): ReadonlyMap<string, Fields> {
  const lists = [
    ownValue(fieldsAt(config, 'DataLoader', 'Eval', 'dataset') ?? {}, 'transform_ops'),
    ownValue(fieldsAt(config, 'Infer') ?? {}, 'transforms'),
    ownValue(fieldsAt(config, 'PreProcess') ?? {}, 'transform_ops'),
  ];
  const list = lists.map(asList).find((steps) => steps !== undefined) ?? [];
  return new Map(
    list.flatMap((step) =>
      Object.entries(asFields(step) ?? {}).map(([name, fields]) => [name, asFields(fields) ?? {}]),
    ),
  );
}

/** `1.0/255.0`, `0.00392156862745098`, 1. */
function scaleOf(value: unknown): number {
  if (typeof value === 'number') return value;
  const [, above, below = '1'] =
    /^\s*([\d.e-]+)\s*(?:\/\s*([\d.e-]+))?\s*$/.exec(String(value)) ?? [];
  return Number(above) / Number(below);
}

/** The value of white after the step. */
function whiteOf(step: Fields): number {
  return scaleOf(ownValue(step, 'scale') ?? '1.0/255.0') * 255;
}

function preparation(steps: ReadonlyMap<string, Fields>, channels: number): PropertyValues {
  const resize = steps.get('ResizeImage');
  const side = countField(steps.get('CropImage'), 'size') ?? countField(resize, 'size');
  const asked = resize && stringField(resize, 'interpolation');
  const decode = steps.get('DecodeImage');
  const normalise = steps.get('NormalizeImage');
  return {
    ...known({
      input: side === undefined ? undefined : { channels, height: side, width: side },
      'preprocess.resize': countField(resize, 'resize_short'),
      'preprocess.crop': countField(steps.get('CropImage'), 'size'),
      'preprocess.color':
        decode && ownValue(decode, 'to_rgb') === false ? ('bgr' as const) : undefined,
      'preprocess.interpolation': (['bilinear', 'bicubic', 'nearest'] as const).find(
        (kind) => kind === asked,
      ),
      'preprocess.antialias': resize ? stringField(resize, 'backend') === 'pil' : undefined,
    }),
    ...(normalise
      ? normalisation(
          normalise,
          { mean: 'mean', std: 'std' },
          { white: whiteOf(normalise), channels },
        )
      : {}),
  };
}

/**
 * A configuration of PaddleClas: of training (`Arch`, `DataLoader.Eval`, `Infer`) or the `inference.yml` of an exported model
 * (`Global`, `PreProcess`, `PostProcess`).
 */
export const readPaddleClasConfig: ReadEvidence = (text, channels) => {
  const config = yamlFields(text);
  const arch = fieldsAt(config, 'Arch');
  const backbone = fieldsAt(arch, 'Backbone') ?? arch;
  const architecture =
    (backbone && stringField(backbone, 'name')) ??
    stringField(fieldsAt(config, 'Global') ?? {}, 'model_name');
  if (!config || architecture === undefined) return undefined;
  const steps = stepsIn(config);
  const { values, parts, beyond } = toldByName(architecture);
  return {
    architecture,
    channels: channelsOfMean(steps.get('NormalizeImage'), 'mean'),
    values: {
      ...known({
        classes:
          countField(arch, 'class_num') ?? countField(fieldsAt(config, 'Global'), 'class_num'),
        shortcut: shortcutInName(architecture),
      }),
      ...preparation(steps, channels),
      ...values,
    },
    ...(parts ? { parts } : {}),
    beyond,
    labels: textsField(fieldsAt(config, 'PostProcess', 'Topk'), 'label_list'),
  };
};
