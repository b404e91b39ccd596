/*
 * Pictures to pixels, bit-identical with Pillow's convert('RGB') (test/images/decode.test.ts): colour profiles are not applied, transparency is dropped
 * and not blended, 16 bits a channel lose the lower 8, of an animation the first frame is taken, gray becomes three equal channels. One
 * exception: Pillow turns 16-bit gray all white; here it keeps its upper 8 bits, as in OpenCV.
 */

import type { SharpOptions } from 'sharp';
import { fail } from '../diagnostics/diagnostic.ts';
import { readingLater } from '../diagnostics/outside-data.ts';
import { ascii } from './ascii.ts';
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

/** No camera's picture that a classifier is given has more. */
const maxPixels = 2 ** 26;
/** As many are decoded of any file. */
const harmlessPixels = 2 ** 24;
/** Photographs have a few pixels a byte; only one colour, or a picture made to fill memory, comes to hundreds. */
const maxPixelsPerByte = 32;

const timeoutSeconds = 120;

/** Pixels that a file of this size may hold: looked at before the first is decoded. */
function pixelLimit(sizeBytes: number): number {
  return Math.min(maxPixels, Math.max(harmlessPixels, sizeBytes * maxPixelsPerByte));
}

function settingsFor({ length }: Uint8Array): SharpOptions {
  return {
    // Pillow and OpenCV forgive flawed files, but Pillow refuses one that ends early.
    failOn: 'truncated',
    ignoreIcc: true,
    limitInputPixels: pixelLimit(length),
  };
}

interface Format {
  readonly name: string;
  /** First bytes of a file; undefined stands for any byte. */
  readonly magic: readonly (number | undefined)[];
}

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

/** What libvips says as it stands in a message: it names its layers, and says the same twice. */
function plainReason(reason: string, sizeBytes: number): string {
  if (/exceeds pixel limit/.test(reason)) {
    const limit = pixelLimit(sizeBytes);
    const of = limit === maxPixels ? 'a picture' : `a file of ${sizeBytes} bytes`;
    return `it has more than ${limit} pixels, the most that ${of} may have`;
  }
  return reason.replace(/^(?:Input buffer (?:has corrupt header: )?)?(?:\w+: )?/, '').trim();
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

/** Pixels as they are stored: of four inks, or of light without alpha. */
interface Stored {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly isInk: boolean;
  readonly orientation: number;
}

function openPicture(sharp: Sharp, bytes: Uint8Array, upright: boolean) {
  const input = sharp(bytes, settingsFor(bytes)).timeout({ seconds: timeoutSeconds });
  const opaque = input.removeAlpha();
  return upright ? opaque.autoOrient() : opaque;
}

async function decodeStored(sharp: Sharp, bytes: Uint8Array, upright: boolean): Promise<Stored> {
  // Both at once, so that no picture waits for this thread between its header and its pixels.
  const [header, light] = await Promise.all([
    sharp(bytes, settingsFor(bytes)).metadata(),
    openPicture(sharp, bytes, upright).raw().toBuffer({ resolveWithObject: true }),
  ]);
  const isInk = header.space === 'cmyk';
  const { data, info } = isInk ? await decodeInk(sharp, bytes, upright) : light;
  const { width, height } = info;
  return { data, width, height, isInk, orientation: header.orientation ?? 1 };
}

async function decodeInk(sharp: Sharp, bytes: Uint8Array, upright: boolean) {
  const input = openPicture(sharp, bytes, upright).pipelineColourspace('cmyk');
  return await input.toColourspace('cmyk').raw().toBuffer({ resolveWithObject: true });
}

/** Pixels of a JPEG, PNG or WebP; `file` names it in diagnostics. Throws DiagnosticError `image-unreadable`. */
export async function decodePicture(
  bytes: Uint8Array,
  file: string,
  { upright = false }: DecodeOptions = {},
): Promise<Picture> {
  checkFormat(bytes, file);
  const sharp = await loadSharp();
  const stored = await readingLater(
    (reason) => fail('image-unreadable', { file, reason: plainReason(reason, bytes.length) }),
    () => decodeStored(sharp, bytes, upright),
  );
  const { data, width, height, isInk, orientation } = stored;
  const pixels = isInk ? lightOfInk(data) : data;
  return { width, height, channels: 3, data: pixels, orientation };
}
