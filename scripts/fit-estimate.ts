/*
 * Fits the constants of the latency estimate to the published tables and says how good they are: writes src/estimate/fitted.ts and docs/estimate.md.
 *
 *     npm run fit-estimate
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCatalogue } from '../src/report/catalogue.ts';
import { readFigures } from '../src/report/published.ts';
import { readCells, readRelatives } from './fit-estimate/cells.ts';
import { estimatePage } from './fit-estimate/page.ts';
import { fitOf } from './fit-estimate/trials.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const fourDigits = (value: number): string => String(Number(value.toPrecision(4)));

/** A value as TypeScript in this project's format. */
function source(value: unknown, indent = ''): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : fourDigits(value);
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map((item) => source(item)).join(', ')}]`;
  const lines = Object.entries(value as object).map(
    ([key, item]) => `${indent}  ${key}: ${source(item, `${indent}  `)},\n`,
  );
  return `{\n${lines.join('')}${indent}}`;
}

async function main(): Promise<void> {
  const { published } = await readFigures();
  const { models } = await readCatalogue();
  const result = fitOf(await readCells(published), await readRelatives(models));
  const text = `import type { Fit } from './constants.ts';

/** Written by scripts/fit-estimate.ts from specs/published.json and specs/catalogue.json; docs/estimate.md has the errors cell by cell. */
export const fit: Fit = ${source(result.fit)};
`;
  await writeFile(join(root, 'src/estimate/fitted.ts'), text);
  const page = estimatePage(result.fit, result.trials);
  await writeFile(join(root, 'docs/estimate.md'), page);
  console.log(page.slice(page.indexOf('## Errors'), page.indexOf('## Every cell')));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
