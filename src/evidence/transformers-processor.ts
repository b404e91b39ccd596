import { ownValue } from '../collections/own-value.ts';
import { type Fields, stringField } from '../io/outside-fields.ts';
import type { PropertyValues } from '../language/properties.ts';
import { known, type ReadEvidence } from './evidence.ts';
import { countField, fieldsAt, jsonFields, shareField, textsField } from './fields.ts';
import { channelsOfMean, normalisation } from './normalisation.ts';

/** PIL's numbers for its filters. */
const filters = { 0: 'nearest', 2: 'bilinear', 3: 'bicubic' } as const;

/** Below this side ConvNextImageProcessor crops; from it on pictures are squeezed into the square. */
const leastSqueezedSide = 384;

interface Sides {
  readonly height: number;
  readonly width: number;
}

/** `224`, `{ shortest_edge: 224 }`, `{ height: 224, width: 224 }`. */
function sidesOf(config: Fields, name: string): Sides | undefined {
  const size = fieldsAt(config, name);
  const side = countField(size, 'shortest_edge') ?? countField(config, name);
  const height = side ?? countField(size, 'height');
  const width = side ?? countField(size, 'width');
  return height === undefined || width === undefined ? undefined : { height, width };
}

/** A step that is left out; one that is not named is done. */
function isOff(config: Fields, step: string): boolean {
  return ownValue(config, step) === false;
}

/** What a processor does with the sides of a picture. */
interface Geometry {
  /** Of the input; undefined: those of the picture. */
  readonly sides: Sides | undefined;
  /** Short side of the picture after it is resized. */
  readonly resize: number | 'none';
  /** What of it no spec can say. */
  readonly beyond?: string;
}

function geometryOf(config: Fields): Geometry | undefined {
  const size = sidesOf(config, 'size');
  const crop = isOff(config, 'do_center_crop') ? undefined : sidesOf(config, 'crop_size');
  const share = shareField(config, 'crop_pct');
  if (isOff(config, 'do_resize')) return { sides: crop, resize: 'none' };
  if (!size) return undefined;
  const side = Math.min(size.height, size.width);
  if (share !== undefined && side < leastSqueezedSide) {
    return { sides: size, resize: Math.floor(side / share) };
  }
  const keepsRatio =
    share === undefined && countField(fieldsAt(config, 'size'), 'shortest_edge') !== undefined;
  const how = keepsRatio ? `resized to ${side}` : `squeezed to ${size.height} × ${size.width}`;
  if (crop && keepsRatio) return { sides: crop, resize: side };
  const beyond = `pictures ${how} ${crop ? 'before the crop' : 'without a crop'}`;
  return { sides: crop ?? size, resize: side, beyond };
}

/** The nearest that a spec can say of it: what holds for square pictures. */
function asProperties({ sides, resize }: Geometry, channels: number): PropertyValues {
  const input = sides && { channels, ...sides };
  if (sides && sides.height !== sides.width) return known({ input });
  const crop = sides?.height ?? ('none' as const);
  return known({ input, 'preprocess.resize': resize, 'preprocess.crop': crop });
}

/** What becomes of the values of a picture: `do_rescale` multiplies by `rescale_factor`, `do_normalize` subtracts and divides. */
function normalising(config: Fields, channels: number): PropertyValues {
  const factor = ownValue(config, 'rescale_factor');
  const rescale = typeof factor === 'number' ? factor : 1 / 255;
  const white = isOff(config, 'do_rescale') ? 255 : rescale * 255;
  const as = { white, channels };
  if (!isOff(config, 'do_normalize')) {
    return normalisation(config, { mean: 'image_mean', std: 'image_std' }, as);
  }
  const list = (value: number) => Array.from({ length: channels }, () => value);
  return normalisation({ mean: list(0), std: list(1) }, { mean: 'mean', std: 'std' }, as);
}

/** How a resize computes pixels: by PIL, which filters. */
function filterOf(config: Fields): PropertyValues {
  const filter = ownValue(config, 'resample');
  return known({
    'preprocess.interpolation':
      typeof filter === 'number' ? filters[filter as keyof typeof filters] : undefined,
    'preprocess.antialias': true,
  });
}

/** `preprocessor_config.json` of transformers (ConvNextImageProcessor, BitImageProcessor, ViTImageProcessor and the like). */
export const readTransformersProcessor: ReadEvidence = (text, channels) => {
  const config = jsonFields(text);
  const kind = config && stringField(config, 'image_processor_type', 'feature_extractor_type');
  if (!config || kind === undefined) return undefined;
  const geometry = geometryOf(config);
  return {
    // A mean that is not subtracted says nothing of the channels: it is the processor's own.
    channels: isOff(config, 'do_normalize') ? undefined : channelsOfMean(config, 'image_mean'),
    values: {
      ...(geometry ? asProperties(geometry, channels) : {}),
      ...normalising(config, channels),
      ...(geometry?.resize === 'none' ? {} : filterOf(config)),
    },
    beyond: geometry?.beyond === undefined ? [] : [geometry.beyond],
    labels: textsField(config, 'labels'),
  };
};
