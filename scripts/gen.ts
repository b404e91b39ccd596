import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated-files.ts';

/** Writes every file that is made from the code: `npm run gen`. A test fails where one is stale. */
const root = fileURLToPath(new URL('..', import.meta.url));

for (const [path, text] of Object.entries(await generatedFiles())) {
  await mkdir(dirname(`${root}/${path}`), { recursive: true });
  await writeFile(`${root}/${path}`, text);
  console.log(path);
}
