import type { Placement } from '../../images/geometry.ts';
import { centerWindow, findGeometryRules, placePicture } from '../../images/geometry.ts';
import { placePixels } from '../../images/preprocess.ts';
import { cutWindow, type Raster, type Size, type Window } from '../../images/raster.ts';
import type { InputSize, Preprocess } from '../../language/spec.ts';
import { type Mistake, mistake, type Setting, type Steps } from './mistake.ts';

type PlaceMistake = Mistake<'place'>;

/** The picture placed in another way, by the resampling of the spec. */
function placed(setting: Setting, placement: Placement): Raster {
  return placePixels(setting.picture, placement, setting.preprocess);
}

/** The picture placed by another preprocessing, where that leads to the size of the input. */
function placedBy(
  { picture, input, preprocess }: Setting,
  changes: Partial<Preprocess>,
  source = picture,
): Raster | undefined {
  const changed = { ...preprocess, ...changes };
  const placement = placePicture(source, changed);
  const { width, height } = placement.window;
  if (width !== input.width || height !== input.height) return undefined;
  return placePixels(source, placement, changed);
}

export const rightPlacement: Steps['place'] = (setting) => placedBy(setting, {});

function wholeWindow({ width, height }: Size): Window {
  return { left: 0, top: 0, width, height };
}

/** Short sides over crops that trainings use: none left, torchvision's and PaddleClas' 256 and 232, timm's 0.95 and 0.9. */
const shortSides = [1, 256 / 224, 232 / 224, 236 / 224, 249 / 224] as const;

function shortSideMistakes({ preprocess }: Setting): readonly PlaceMistake[] {
  const { resize, crop } = preprocess;
  if (resize === undefined || crop === undefined) return [];
  const sides = new Set(shortSides.map((factor) => Math.round(crop * factor)));
  return [...sides]
    .filter((side) => side !== resize)
    .map((side) =>
      mistake({
        id: `resize-${side}`,
        step: 'place',
        what: `the short side was resized to ${side} pixels instead of ${resize}`,
        cure: `Resize the short side to ${resize} pixels, then crop ${crop}.`,
        make: (setting) => placedBy(setting, { resize: side }),
      }),
    );
}

const methods = [
  { interpolation: 'bilinear', antialias: true, name: 'antialiased bilinear (Pillow)' },
  { interpolation: 'bilinear', antialias: false, name: 'plain bilinear (OpenCV)' },
  { interpolation: 'bicubic', antialias: true, name: 'antialiased bicubic (Pillow)' },
  { interpolation: 'bicubic', antialias: false, name: 'plain bicubic (OpenCV)' },
  { interpolation: 'nearest', antialias: false, name: 'nearest' },
] as const;

type Method = Pick<Preprocess, 'interpolation' | 'antialias'>;

function isSameMethod(a: Method, b: Method): boolean {
  return a.interpolation === b.interpolation && a.antialias === b.antialias;
}

function methodName(method: Method): string {
  return methods.find((each) => isSameMethod(each, method))?.name ?? method.interpolation;
}

function methodMistakes({ preprocess }: Setting): readonly PlaceMistake[] {
  return methods
    .filter((method) => !isSameMethod(method, preprocess))
    .map(({ name, interpolation, antialias }) =>
      mistake({
        id: `method-${antialias ? 'antialiased' : 'plain'}-${interpolation}`,
        step: 'place',
        what: `the picture was resized by ${name} instead of ${methodName(preprocess)}`,
        cure: `Resize as the training did: ${methodName(preprocess)}; or correct \`interpolation\` and \`antialias\` in the spec.`,
        make: (setting) => placedBy(setting, { interpolation, antialias }),
      }),
    );
}

/** The whole picture inside of the input, black around it. */
function letterbox(picture: Size, input: InputSize, rules: Preprocess): Placement {
  const scale = Math.min(input.width / picture.width, input.height / picture.height);
  const resized = {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  };
  const size = { width: input.width, height: input.height };
  return { resized, window: centerWindow(resized, size, findGeometryRules(rules)) };
}

/** Rows from the bottom, or columns from the right. */
function flip(raster: Raster, axis: 'rows' | 'columns'): Raster {
  const { width, height, channels } = raster;
  const data = new Uint8Array(raster.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromY = axis === 'rows' ? height - 1 - y : y;
      const fromX = axis === 'columns' ? width - 1 - x : x;
      const from = (fromY * width + fromX) * channels;
      data.set(raster.data.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
  return { ...raster, data };
}

const fixedMistakes: readonly PlaceMistake[] = [
  mistake({
    id: 'stretched',
    step: 'place',
    what: 'the picture was stretched to the size of the input, its aspect ratio lost and nothing cropped',
    cure: 'Resize the short side and crop the middle.',
    make: (setting) =>
      placed(setting, { resized: setting.input, window: wholeWindow(setting.input) }),
  }),
  mistake({
    id: 'no-resize',
    step: 'place',
    what: 'the middle was cropped without a resize before',
    cure: 'Resize the short side before the crop.',
    make: ({ picture, input, preprocess }) => {
      const size = { width: input.width, height: input.height };
      return cutWindow(picture, centerWindow(picture, size, findGeometryRules(preprocess)));
    },
  }),
  mistake({
    id: 'letterboxed',
    step: 'place',
    what: 'the whole picture was fitted into the input with black bars',
    cure: 'Resize the short side, not the long one, and crop the middle.',
    make: (setting) =>
      placed(setting, letterbox(setting.picture, setting.input, setting.preprocess)),
  }),
  mistake({
    id: 'corner-crop',
    step: 'place',
    what: 'the crop was taken from the upper left corner',
    cure: 'Crop the middle.',
    make: (setting) => {
      const { resized } = placePicture(setting.picture, setting.preprocess);
      return placed(setting, { resized, window: wholeWindow(setting.input) });
    },
  }),
  mistake({
    id: 'upright',
    step: 'place',
    what: 'the picture was turned as its EXIF orientation says',
    cure: 'Take the pixels as they are stored, as Pillow does: cv2.IMREAD_IGNORE_ORIENTATION.',
    make: (setting) => setting.upright && placedBy(setting, {}, setting.upright),
  }),
  mistake({
    id: 'mirrored',
    step: 'place',
    what: 'the picture was mirrored',
    cure: 'Leave out the flip of the training.',
    make: (setting) => {
      const right = rightPlacement(setting);
      return right && flip(right, 'columns');
    },
  }),
  mistake({
    id: 'upside-down',
    step: 'place',
    what: 'the picture stood on its head, its rows from the bottom',
    cure: 'Give the rows from the top.',
    make: (setting) => {
      const right = rightPlacement(setting);
      return right && flip(right, 'rows');
    },
  }),
];

/** Mistakes of resize, crop and orientation, the likelier first. */
export function placeMistakes(setting: Setting): readonly PlaceMistake[] {
  return [...fixedMistakes, ...shortSideMistakes(setting), ...methodMistakes(setting)];
}
