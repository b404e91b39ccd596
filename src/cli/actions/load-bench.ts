import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { shellText } from '../../../engines/command-text.ts';
import { artifactFiles } from '../../compile/artifact-files.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { readText } from '../../io/open-file.ts';
import { type NamedBench, parseBenchFile } from '../../report/bench-file.ts';

/** A folder's file of figures: of a farm or of `rcc collect`, or of an artifact. */
const names = ['bench.json', artifactFiles.timing];

/** A folder stands for the figures in it. */
function benchFileAt(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const found = names.map((name) => join(path, name)).find((file) => existsSync(file));
  return (
    found ??
    fail('bench-folder-empty', {
      ...{ path, names },
      command: shellText(['rcc', 'farm', 'collect', path]),
    })
  );
}

/** A bench file, or that of a folder, checked. Throws DiagnosticError where it cannot be read or has another form. */
export async function loadBench(given: string): Promise<NamedBench> {
  const path = benchFileAt(given);
  return parseBenchFile(await readText(path, 'bench file'), path);
}
