import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail } from '../../src/diagnostics/diagnostic.ts';
import { failReading } from '../../src/io/file-failure.ts';
import { readText } from '../../src/io/open-file.ts';
import type { LayerList } from './layer.ts';
import { readLayerList } from './read-layer-list.ts';

/** A layer list in an artifact's folder; a folder holds several where each batch has an engine. */
export interface FoundLayers {
  readonly path: string;
  /** Batch of the engine, where each batch has its own. */
  readonly batch?: number;
  readonly list: LayerList;
}

/** Names of layer lists, best first, with the name of the profile of the same engine. */
const layerFiles: readonly {
  readonly pattern: RegExp;
  profileOf?(name: string): string;
}[] = [
  {
    pattern: /^layers(?:\.b\d+)?\.json$/,
    profileOf: (name) => name.replace(/^layers/, 'layer-times'),
  },
  // As NVIDIA's explorer tool names them.
  { pattern: /^graph\.json$/, profileOf: () => 'profile.json' },
  { pattern: /^(?:.*-)?build\.log$/ },
];

const refuse = (path: string) => (error: unknown) => failReading(path, 'layer list', error);

/** The profile that was named, or the one beside the list, which may be absent. */
async function readProfile(path: string, { usual, given }: Profile): Promise<string | undefined> {
  if (given !== undefined) return await readText(given, 'profile');
  if (usual === undefined) return undefined;
  return await readText(join(dirname(path), usual), 'profile').catch(() => undefined);
}

interface Profile {
  /** Its name beside the list. */
  readonly usual: string | undefined;
  /** The file that was named in its place. */
  readonly given: string | undefined;
}

async function readOne(path: string, names: Profile): Promise<FoundLayers> {
  const text = await readText(path, 'layer list');
  const profile = await readProfile(path, names);
  const list = readLayerList({ name: path, text, ...(profile === undefined ? {} : { profile }) });
  const batch = /\.b(\d+)\.json$/.exec(path)?.[1];
  return { path, ...(batch === undefined ? {} : { batch: Number(batch) }), list };
}

async function readFolder(folder: string, given?: string): Promise<readonly FoundLayers[]> {
  const names = (await readdir(folder).catch(refuse(folder))).sort();
  for (const { pattern, profileOf } of layerFiles) {
    const found = names.filter((name) => pattern.test(name));
    if (found.length === 0) continue;
    if (given !== undefined && found.length > 1) {
      fail('audit-profile-ambiguous', { profile: given, count: found.length });
    }
    return await Promise.all(
      found.map((name) => readOne(join(folder, name), { usual: profileOf?.(name), given })),
    );
  }
  return fail('audit-no-layers', { file: folder });
}

/**
 * The layer lists of an artifact's folder, with their profiles where there are any, or the list in a single file; `profile` is a file that holds its times under another name.
 * Throws DiagnosticError `audit-no-layers` and `audit-profile-ambiguous`, or as files that cannot be read do.
 */
export async function findLayerLists(
  path: string,
  profile?: string,
): Promise<readonly FoundLayers[]> {
  const present = await stat(path).catch(refuse(path));
  if (present.isDirectory()) return await readFolder(path, profile);
  const name = basename(path);
  const row = layerFiles.find(({ pattern }) => pattern.test(name));
  return [await readOne(path, { usual: row?.profileOf?.(name), given: profile })];
}
