import type { TensorType } from '../../codegen/ir/types.ts';
import { npyMagic } from '../../codegen/weights/formats/npy.ts';
import { isFolder, readStart } from '../io/open-file.ts';
import type { Spec } from '../language/spec.ts';
import type { CalibrationData } from './data.ts';
import { openNpyData } from './npy-data.ts';

/** What is at a path: a calibration that is done, inputs, or pictures (also where there is nothing: that is told when they are opened). */
export type CalibrationSource = 'calibration' | 'inputs' | 'pictures';

export async function recognizeSource(path: string): Promise<CalibrationSource> {
  const what = 'calibration data';
  if (isFolder(path, what)) return 'pictures';
  const head = await readStart(path, npyMagic.length, what);
  if (npyMagic.every((byte, i) => head[i] === byte)) return 'inputs';
  return new TextDecoder().decode(head).trimStart().startsWith('{') ? 'calibration' : 'pictures';
}

export interface OpenDataOptions {
  readonly spec: Spec;
  /** The network's input, for any batch. */
  readonly input: TensorType;
  /** Most pictures to take. */
  readonly images: number;
}

/** Opens inputs or pictures. Throws DiagnosticError. */
export async function openCalibrationData(
  path: string,
  source: Exclude<CalibrationSource, 'calibration'>,
  { spec, input, images }: OpenDataOptions,
): Promise<CalibrationData> {
  if (source === 'inputs') return await openNpyData(path, input);
  // Pictures bring sharp along, which takes a while to load.
  const { openPictureData } = await import('./picture-data.ts');
  return await openPictureData(path, spec, images);
}
