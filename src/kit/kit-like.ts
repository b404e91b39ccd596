import { link, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactFiles } from '../compile/artifact-files.ts';
import { placeArtifact } from '../compile/place-artifact.ts';
import { digestSpec } from '../compile/spec-digest.ts';
import { copyFile, readTextIfThere } from '../io/open-file.ts';
import { sha256 } from '../io/sha256.ts';
import type { Kit, KitOptions } from './kit.ts';
import { kitFiles } from './kit-files.ts';
import { intentFor, type KitIntent } from './kit-intent.ts';
import type { OpenedKit } from './open-kit.ts';
import { attemptFolder } from './script.ts';
import { type KitContents, type KitModel, kitOwnFiles, planContents, sealKit } from './seal-kit.ts';

function modelOf({ manifest: { onnx, float32Nodes }, facts: { identity } }: OpenedKit): KitModel {
  return {
    path: onnx.file,
    directory: attemptFolder,
    inputs: onnx.inputs as KitModel['inputs'],
    outputs: onnx.outputs as KitModel['outputs'],
    identity,
    ...(float32Nodes ? { float32Nodes } : {}),
  };
}

/** Digests of a kit's files but the model and the script; undefined where its list is not the one that it was packed with. */
async function digestsOf({ directory, facts, manifest }: OpenedKit) {
  const text = await readTextIfThere(join(directory, kitFiles.digests), 'kit');
  if (text === undefined || sha256(text) !== facts.digest) return undefined;
  const lines = text.split('\n').filter(Boolean);
  const digests = lines.map((line) => line.split('  ').toReversed() as [string, string]);
  return new Map(digests.filter(([file]) => ![manifest.onnx.file, kitFiles.script].includes(file)));
}

/** Files that are not made anew for another GPU. */
async function sharedFiles({ directory }: OpenedKit): Promise<readonly string[]> {
  const own: readonly string[] = [kitFiles.script, kitFiles.digests, artifactFiles.manifest];
  const names = await readdir(directory);
  return names.filter((name) => kitOwnFiles.isOwn(name) && !own.includes(name));
}

/** The same bytes are on the disk once; a file system without links keeps them twice. */
async function take(path: string, to: string): Promise<void> {
  await link(path, to).catch(() => copyFile(path, to, 'kit'));
}

/** Manifest and expectations of a kit, as another one on the same graph has them. */
function contentsOf(
  other: OpenedKit,
  { target: { release } }: KitIntent,
  digests: ReadonlyMap<string, string>,
): KitContents {
  const { kit: _, ...manifest } = other.manifest;
  const form = { ...manifest.form, ...(release === undefined ? {} : { release }) };
  return {
    model: modelOf(other),
    manifest: { ...manifest, form },
    expect: other.facts.expect,
    digests,
    diagnostics: [],
  };
}

/**
 * Makes the kit of a key from another one of the same network and graph, for another GPU or release: nothing is computed, and model.onnx and what it is
 * asked are links. Undefined where they differ in more than that, or files of the other one are gone.
 */
export async function makeKitLike(
  other: OpenedKit,
  key: string,
  options: KitOptions,
): Promise<Kit | undefined> {
  const { spec, directory } = options;
  const kit = intentFor(options);
  const isSame =
    other.manifest.spec.digest === digestSpec(spec) &&
    other.manifest.model === spec.name &&
    planContents(kit, modelOf(other)).key === key;
  const digests = isSame ? await digestsOf(other) : undefined;
  if (!digests) return undefined;
  const files = await sharedFiles(other);
  return await placeArtifact(
    directory,
    async (staged) => {
      for (const file of files) await take(join(other.directory, file), join(staged, file));
      const made = await sealKit(contentsOf(other, kit, digests), kit, staged);
      return { value: { ...made, directory }, keep: true };
    },
    kitOwnFiles,
  );
}
