import { dirname, join } from 'node:path';
import { shellText } from '../../engines/command-text.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { readText } from '../io/open-file.ts';
import { asFields } from '../io/outside-fields.ts';
import { readJson } from '../io/outside-json.ts';
import { parseResultFile } from '../report/result-file.ts';
import { artifactFiles } from './artifact-files.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { manifestVersion } from './manifest-version.ts';

/** An earlier version is refused with the command that it says it was made with. */
function refuseOutdated(path: string, directory: string, text: string): void {
  const { schemaVersion, command } = asFields(readJson(text).value) ?? {};
  if (typeof schemaVersion !== 'number' || schemaVersion >= manifestVersion) return;
  const words = Array.isArray(command) ? command.filter((word) => typeof word === 'string') : [];
  const made = words.length > 0 ? words : ['compile', 'SPEC'];
  const rebuild = shellText(['rcc', ...made, '-o', directory]);
  fail('manifest-outdated', { path, found: schemaVersion, wanted: manifestVersion, rebuild });
}

/** A manifest at any path. Throws DiagnosticError where there is none, or it is of another form or version. */
export async function readManifestAt(path: string): Promise<Manifest> {
  const text = await readText(path, 'manifest');
  refuseOutdated(path, dirname(path), text);
  return parseResultFile(manifestSchema, text, { path, what: 'manifest' });
}

/** The manifest of an artifact's folder. Throws as `readManifestAt`. */
export async function readManifest(directory: string): Promise<Manifest> {
  return await readManifestAt(join(directory, artifactFiles.manifest));
}
