/*
 * Pictures to pixels, bit-identical with Pillow's convert('RGB') (test/images/decode.test.ts): colour profiles are not applied, transparency is dropped
 * and not blended, 16 bits a channel lose the lower 8, of an animation the first frame is taken, gray becomes three equal channels. One
 * exception: Pillow turns 16-bit gray all white; here it keeps its upper 8 bits, as in OpenCV.
 */
import type { SharpOptions } from 'sharp';
import { fail } from '../diagnostics/diagnostic.ts';
import type { Raster } from './raster.ts';
import { loadSharp, type Sharp } from './sharp-library.ts';

export interface Picture extends Raster {
  /** EXIF orientation as the file has it: 1 (or absent) upright, else 2 to 8. */
  readonly orientation: number;
}

export interface DecodeOptions {
  /**
   * Whether the picture is turned as EXIF says. Default: no, pixels stay as they are stored, as in Pillow, torchvision and timm;
   * OpenCV and so PaddleClas turn it.
   */
  readonly upright?: boolean;
}

/** Pillow's limit for pictures that are a bomb rather than a picture. */
const maxPixels = 178_956_970;

const settings: SharpOptions = {
  // Pillow and OpenCV forgive flawed files, but Pillow refuses one that ends early.
  failOn: 'truncated',
  ignoreIcc: true,
  limitInputPixels: maxPixels,
};

interface Format {
  readonly name: string;
  /** First bytes of a file; undefined stands for any byte. */
  readonly magic: readonly (number | undefined)[];
}

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const anyFour = [undefined, undefined, undefined, undefined] as const;

/** Only these three reach the library: its other readers are no business of a classifier's. */
const readable: readonly Format[] = [
  { name: 'JPEG', magic: [0xff, 0xd8, 0xff] },
  { name: 'PNG', magic: [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a] },
  { name: 'WebP', magic: [...ascii('RIFF'), ...anyFour, ...ascii('WEBP')] },
];

const unreadable: readonly Format[] = [
  { name: 'a GIF', magic: ascii('GIF8') },
  { name: 'a BMP', magic: ascii('BM') },
  { name: 'a TIFF', magic: ascii('II*\0') },
  { name: 'a TIFF', magic: ascii('MM\0*') },
  { name: 'an AVIF or HEIC picture', magic: [...anyFour, ...ascii('ftyp')] },
];

function findFormat(bytes: Uint8Array, formats: readonly Format[]): Format | undefined {
  return formats.find(({ magic }) =>
    magic.every((byte, index) => byte === undefined || bytes[index] === byte),
  );
}

function checkFormat(bytes: Uint8Array, file: string): void {
  if (findFormat(bytes, readable)) return;
  const kind = findFormat(bytes, unreadable)?.name ?? 'something else';
  const reason = bytes.length === 0 ? 'it is empty' : `it is ${kind}, not JPEG, PNG or WebP`;
  fail('image-unreadable', { file, reason });
}

function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  // libvips says the same twice, once for each of its layers.
  const text = line.replace(/^(?:Input buffer (?:has corrupt header: )?)?(?:\w+: )?/, '').trim();
  return text.replace(/\.$/, '') || 'it is damaged';
}

/** Red, green and blue without the alpha that may follow them. */
function dropAlpha(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const result = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    for (let channel = 0; channel < 3; channel++) {
      result[i * 3 + channel] = data[i * channels + channel] as number;
    }
  }
  return result;
}

/** Cyan, magenta, yellow and black ink to light, as Pillow does it: (255 − ink) · (255 − black) / 255, rounded. */
function lightOfInk(ink: Uint8Array): Uint8Array {
  const result = new Uint8Array((ink.length / 4) * 3);
  for (let from = 0, to = 0; from < ink.length; from += 4) {
    const white = 255 - (ink[from + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      const product = (ink[from + channel] as number) * white + 128;
      result[to++] = Math.max(0, white - ((product + (product >> 8)) >> 8));
    }
  }
  return result;
}

/** Pixels as they are stored: of four inks, or of light with or without alpha. */
interface Stored {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly isInk: boolean;
  readonly orientation: number;
}

async function decodeStored(sharp: Sharp, bytes: Uint8Array, upright: boolean): Promise<Stored> {
  const input = sharp(bytes, settings);
  const turned = upright ? input.autoOrient() : input;
  // Both at once, so that no picture waits for this thread between its header and its pixels.
  const [header, light] = await Promise.all([
    sharp(bytes, settings).metadata(),
    turned.raw().toBuffer({ resolveWithObject: true }),
  ]);
  const isInk = header.space === 'cmyk';
  const { data, info } = isInk ? await decodeInk(sharp, bytes, upright) : light;
  const { width, height, channels } = info;
  return { data, width, height, channels, isInk, orientation: header.orientation ?? 1 };
}

async function decodeInk(sharp: Sharp, bytes: Uint8Array, upright: boolean) {
  const input = sharp(bytes, settings).pipelineColourspace('cmyk').toColourspace('cmyk');
  const turned = upright ? input.autoOrient() : input;
  return await turned.raw().toBuffer({ resolveWithObject: true });
}

/** Pixels of a JPEG, PNG or WebP; `file` names it in diagnostics. Throws DiagnosticError `image-unreadable`. */
export async function decodePicture(
  bytes: Uint8Array,
  file: string,
  { upright = false }: DecodeOptions = {},
): Promise<Picture> {
  checkFormat(bytes, file);
  const sharp = await loadSharp();
  const stored = await decodeStored(sharp, bytes, upright).catch((error: unknown) =>
    fail('image-unreadable', { file, reason: reasonOf(error) }),
  );
  const { data, width, height, channels, isInk, orientation } = stored;
  const pixels = isInk ? lightOfInk(data) : dropAlpha(data, channels);
  return { width, height, channels: 3, data: pixels, orientation };
}
