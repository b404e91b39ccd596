import { targets } from './targets.ts';

/** A target's name in sentences and headings: `openvino` is OpenVINO; what is no target of rcc's keeps the name that its file gives it. */
export function targetTitle(name: string): string {
  return targets.find((target) => target.name === name)?.title ?? name;
}
