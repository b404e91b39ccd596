import { readFileSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { ownValue } from '../src/collections/own-value.ts';

/**
 * Condenses the sheet of NVIDIA's monthly images into engines/tensorrt/planning/data/images.ts:
 *
 *   npx tsx scripts/images-table.ts FOLDER
 *
 * FOLDER holds containers.json: which TensorRT and CUDA an image has, for which driver and GPUs, and how sure that is.
 */

interface SheetImage {
  readonly tag: string;
  readonly tensorrt: string | null;
  readonly tensorrtSource: string | null;
  readonly confidence: string;
  readonly cuda: string | null;
  readonly cudaDriver: string | null;
  readonly sm70: boolean;
  readonly sm75: boolean;
  readonly smMax: string | null;
}

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: tsx scripts/images-table.ts FOLDER');
const sheet: { images: SheetImage[]; sources: Record<string, string> } = JSON.parse(
  readFileSync(`${folder}/containers.json`, 'utf8'),
);

/** Where it stands, without the remark how it was found. */
function sourceOf(key: string | null): string | undefined {
  return ownValue(sheet.sources, key ?? '')?.replace(/ \(one or more.*\)$/, '');
}

function rowOf({ tag, tensorrt, tensorrtSource, confidence, ...image }: SheetImage): string {
  const { cuda, cudaDriver, sm70, sm75, smMax } = image;
  const least = sm70 ? '7.0' : sm75 ? '7.5' : '8.0';
  const row = {
    tag,
    tensorrt,
    isProven: confidence === 'stored',
    source: confidence === 'stored' ? sourceOf(tensorrtSource) : 'general knowledge',
    cuda,
    driver: cudaDriver,
    leastCapability: least,
    greatestCapability: smMax,
  };
  return `  ${JSON.stringify(row)},`;
}

const known = sheet.images.filter(({ tensorrt, smMax }) => tensorrt !== null && smMax !== null);
const path = new URL('../engines/tensorrt/planning/data/images.ts', import.meta.url).pathname;
writeFileSync(
  path,
  `// Written by scripts/images-table.ts from what is stored of NVIDIA's monthly images, each row with its source.

/** Images nvcr.io/nvidia/tensorrt:TAG-py3, oldest first. What is not proven is expected, and nothing is refused because of it. */
export const images = [
${known.map(rowOf).join('\n')}
] as const;
`,
);
await execa('npx', ['biome', 'check', '--write', '--colors=off', path], { stdio: 'inherit' });
