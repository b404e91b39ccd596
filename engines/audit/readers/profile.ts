/*
 * trtexec --exportProfile: `[{"count": N}, {"name": …, "timeMs": …, "averageMs": …, "medianMs": …, "percentage": …}, …]`. Names are written
 * without escapes, so the file may be no JSON. Names can repeat; rows of a repeated name come in the order of the layers.
 */

import { asFields, asList, isTimeMs, stringField } from '../../../src/io/outside-fields.ts';
import { readJson } from '../../../src/io/outside-json.ts';
import type { LayerList } from '../layer.ts';

interface ProfileRow {
  readonly name: string;
  readonly averageMs: number;
}

function readWellFormed(text: string): readonly ProfileRow[] | undefined {
  return asList(readJson(text).value)?.flatMap((value) => {
    const fields = asFields(value);
    const name = fields && stringField(fields, 'name');
    const averageMs = fields?.averageMs;
    return name !== undefined && isTimeMs(averageMs) ? [{ name, averageMs }] : [];
  });
}

function readUnescaped(text: string): readonly ProfileRow[] {
  return text.split(/\{\s*"name"\s*:\s*"/).flatMap((record) => {
    const end = record.search(/"\s*,\s*"timeMs"\s*:/);
    const average = /"averageMs"\s*:\s*([-+.\deE]+)/.exec(record.slice(Math.max(end, 0)))?.[1];
    const averageMs = Number(average);
    return end >= 0 && isTimeMs(averageMs) ? [{ name: record.slice(0, end), averageMs }] : [];
  });
}

/** Names as they can be compared: without control characters, which only one of the two files may hold. */
function comparable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return name.replace(/[\x00-\x1f]/g, '');
}

/** The list with each layer's mean time; layers that the profile does not name stay without. */
export function joinProfile(list: LayerList, profile: string): LayerList {
  const times = new Map<string, number[]>();
  /** How many times of a name were given to layers. */
  const taken = new Map<string, number>();
  for (const { name, averageMs } of readWellFormed(profile) ?? readUnescaped(profile)) {
    const key = comparable(name);
    const known = times.get(key);
    if (known) known.push(averageMs);
    else times.set(key, [averageMs]);
  }
  const layers = list.layers.map((layer) => {
    const mark = layer.profile === undefined ? '' : ` [profile ${layer.profile}]`;
    const key = comparable(`${layer.name}${mark}`);
    const count = taken.get(key) ?? 0;
    taken.set(key, count + 1);
    const timeMs = times.get(key)?.[count];
    return timeMs === undefined ? layer : { ...layer, timeMs };
  });
  return { ...list, layers };
}
