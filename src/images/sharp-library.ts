import type sharpFunction from 'sharp';
import { fail } from '../diagnostics/diagnostic.ts';

export type Sharp = typeof sharpFunction;

let loading: Promise<Sharp> | undefined;

async function load(): Promise<Sharp> {
  try {
    const { default: sharp } = await import('sharp');
    // No picture is decoded twice, so what libvips would keep of them is only memory.
    sharp.cache(false);
    return sharp;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return fail('image-library-missing', { reason: reason.replace(/[.:]\s*$/, '') });
  }
}

/** sharp, loaded when the first picture is decoded. Throws DiagnosticError `image-library-missing`. */
export function loadSharp(): Promise<Sharp> {
  loading ??= load();
  return loading;
}
