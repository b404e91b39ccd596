import { ownValue } from '../collections/own-value.ts';
import { asFields, asList, type Fields } from '../io/outside-fields.ts';
import { readJson } from '../io/outside-json.ts';
import { toldByName } from './architecture-names.ts';
import { known, type Told } from './evidence.ts';
import { channelsField, countField, inputField, shareField, textsField } from './fields.ts';

/** Under which keys trainers write what; the first that is there and has the form is taken. There is no standard. */
const keys = {
  architecture: ['architecture', 'arch', 'model_name', 'model'],
  classes: ['num_classes', 'classes'],
  input: ['input_size', 'image_size', 'img_size'],
  mean: ['mean', 'image_mean'],
  std: ['std', 'image_std'],
  crop: ['crop_pct'],
  labels: ['labels', 'class_names', 'classes', 'label_names', 'id2label'],
} as const;

const opening = /^[[({]/;

/** A text as the value that it is of: JSON, Python's tuple of numbers, or items between commas. */
function parsed(text: string): unknown {
  const { value } = readJson(text);
  if (value !== undefined) return value;
  const [, inner = text] = /^\((.*)\)$/s.exec(text) ?? [];
  if (opening.test(inner) || !inner.includes(',')) return text;
  const items = inner.split(',').map((item) => item.trim());
  const full = items.at(-1) === '' ? items.slice(0, -1) : items;
  const numbers = full.map(Number);
  return full.every((item, at) => item !== '' && Number.isFinite(numbers[at])) ? numbers : full;
}

/** `{"0": "cat", "1": "dog"}` as a list; what is not numbered from 0 on is none. */
function inOrder(value: unknown): unknown {
  const fields = asFields(value);
  return fields ? Object.keys(fields).map((_, at) => ownValue(fields, String(at))) : value;
}

/** 224, [224, 224] and [3, 224, 224] as the last. */
const asInput = (channels: number) => (value: unknown) => {
  if (typeof value === 'number') return [channels, value, value];
  const list = asList(value);
  return list?.length === 2 ? [channels, ...list] : value;
};

type Read<T> = (fields: Fields, name: string) => T | undefined;

/** What is said of a network in the metadata of its weights file; undefined where nothing is. Sides without channels are of an input of `networkChannels`. */
export function readWeightsMetadata(
  metadata: ReadonlyMap<string, string>,
  networkChannels: number,
): Told | undefined {
  const first = <T>(what: keyof typeof keys, read: Read<T>, form = (value: unknown) => value) => {
    for (const key of keys[what]) {
      const text = metadata.get(key);
      const found = text === undefined ? undefined : read({ value: form(parsed(text)) }, 'value');
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const architecture = keys.architecture.map((key) => metadata.get(key)).find((name) => name);
  const labels = first('labels', textsField, inOrder);
  const input = first('input', inputField, asInput(networkChannels));
  const channels: Read<readonly number[]> = (fields, name) =>
    channelsField(fields, name, input?.channels ?? networkChannels);
  const side = input && input.height === input.width ? input.height : undefined;
  const share = first('crop', shareField);
  const cut = side !== undefined && share !== undefined;
  const values = known({
    classes: first('classes', countField) ?? labels?.length,
    input,
    // As timm means it: the crop is this share of the short side.
    'preprocess.resize': cut ? Math.floor(side / share) : undefined,
    'preprocess.crop': cut ? side : undefined,
    'preprocess.mean': first('mean', channels),
    'preprocess.std': first('std', channels),
  });
  if (architecture === undefined && Object.keys(values).length === 0) return undefined;
  const named = toldByName(architecture ?? '');
  const { parts, beyond } = named;
  const all = { ...values, ...named.values };
  return {
    architecture,
    channels: input?.channels,
    values: all,
    ...(parts ? { parts } : {}),
    beyond,
    labels,
  };
}
