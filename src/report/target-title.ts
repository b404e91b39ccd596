import { targets } from '../targets/targets.ts';
import type { Cell } from './table.ts';

const titles: ReadonlyMap<string, string> = new Map(
  targets.map(({ name, title }) => [name, title]),
);

/** What people call a target: `OpenVINO` of `openvino`; a name that is no target's stays as it is. */
export function targetTitle(name: string): string {
  return titles.get(name) ?? name;
}

/** Several, each once. */
export function targetTitles(names: Iterable<string>): string {
  return [...new Set(names)].map(targetTitle).join(', ');
}

/** A target's title in a table; its name where programs read it. */
export function targetCell(name: string): Cell {
  return { value: name, text: targetTitle(name) };
}
