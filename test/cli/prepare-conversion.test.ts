import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareConversion } from '../../src/cli/prepare-conversion.ts';
import { startFileDigest } from '../../src/io/digest.ts';
import { openBelow, tellsDescriptors } from '../helpers/descriptors.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-prepare-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file so large that its digest is still going on when it is looked at. */
function largeFile(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  truncateSync(path, 16e9);
  return path;
}

it.runIf(tellsDescriptors).each([
  [['compile', 'x.rn', '--weights', 'FILE'], 1],
  [['compile', 'x.rn', '--weights=FILE', '--fp16'], 1],
  [['compile', 'x.rn', '--weights', 'FILE', '--dry-run'], 0],
  [['compile', 'x.rn', '--weights'], 0],
  [['compile', 'x.rn', '--weights', '/missing'], 0],
  [['verify', 'x.rn', '--weights', 'FILE'], 0],
])('digests the weights ahead of a conversion alone: %j (needs /proc)', async (words, count) => {
  const path = largeFile(words.join('-').replaceAll('/', '_'));
  await prepareConversion(words.map((word) => word.replace('FILE', path)));
  expect(openBelow(path)).toHaveLength(count);
  if (count > 0) startFileDigest(path).cancel();
});
