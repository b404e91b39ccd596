import { readFile } from 'node:fs/promises';
import { failReading } from '../../io/file-failure.ts';
import { type NamedBench, parseBenchFile } from '../../report/bench-file.ts';

/** A bench file, checked. Throws DiagnosticError where it cannot be read or has another form. */
export async function loadBench(path: string): Promise<NamedBench> {
  const text = await readFile(path, 'utf8').catch((error) =>
    failReading(path, 'bench file', error),
  );
  return parseBenchFile(text, path);
}
