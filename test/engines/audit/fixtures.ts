import { readFileSync } from 'node:fs';

/** Layer lists written by hand in the form of each release: a stem, one identity block and a head, all in float16. */
export function readFixture(name: string): string {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
}

export const layerListFixtures = [
  'trtexec-8.json',
  'trtexec-10.json',
  'trtexec-11.json',
  'names-only.json',
  'tensorrt-rtx.log',
] as const;
