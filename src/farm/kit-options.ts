import { join } from 'node:path';
import type { CompileListener } from '../compile/phases.ts';
import type { KitOptions } from '../kit/kit.ts';
import type { Spec } from '../language/spec.ts';
import type { Cell } from './cell.ts';
import { farmFiles, kitFolder } from './farm-files.ts';
import type { KitMaking } from './farm-settings.ts';

/** The part of a cell that decides its kit. */
export type CellKind = Pick<Cell, 'precision' | 'gpu' | 'tensorrt'>;

/** Where the calibration of a network is kept that several cells are made with. */
export function calibrationFolder(farm: string, model: string, precision: string): string {
  return join(farm, farmFiles.calibrations, `${model}-${precision}`);
}

export interface KitSetting {
  readonly farm: string;
  readonly making: KitMaking;
  readonly listener?: CompileListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a cell's kit is planned and made with. */
export function kitOptionsOf(
  spec: Spec,
  { precision, gpu, tensorrt: trt }: CellKind,
  { farm, making: { tensorrt, timing, ...making }, listener, signal }: KitSetting,
): Omit<KitOptions, 'directory'> {
  return {
    ...making,
    spec,
    precision,
    tensorrt: { ...tensorrt, gpu, trt },
    timing,
    earlier: calibrationFolder(farm, spec.name, precision),
    listener,
    signal,
  };
}

/** As for the kit itself. */
export function withKitFolder(
  options: Omit<KitOptions, 'directory'>,
  farm: string,
  key: string,
): KitOptions {
  return { ...options, directory: kitFolder(farm, key) };
}
