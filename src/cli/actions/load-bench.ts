import { readText } from '../../io/open-file.ts';
import { type NamedBench, parseBenchFile } from '../../report/bench-file.ts';

/** A bench file, checked. Throws DiagnosticError where it cannot be read or has another form. */
export async function loadBench(path: string): Promise<NamedBench> {
  return parseBenchFile(await readText(path, 'bench file'), path);
}
