import { join } from 'node:path';
import { checkOf, type EngineCheck, mismatchesOf } from '../../engines/engine-check.ts';
import type { TargetCheck } from '../../engines/target.ts';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.ts';
import { digestBytes } from '../io/digest.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import type { TargetIntent } from '../targets/target-options.ts';
import { targets } from '../targets/targets.ts';
import { artifactFiles } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './read-manifest.ts';
import { rebuildCommand } from './rebuild-command.ts';

export interface CheckArtifactOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How targets are found here, by their names. */
  readonly options: TargetIntent['options'];
}

/** Whether the engines of a folder are whole and fit this machine. */
export interface ArtifactCheck {
  readonly directory: string;
  readonly model: string;
  readonly precision: Manifest['precision'];
  readonly target: string;
  readonly fits: boolean;
  readonly checks: readonly EngineCheck[];
  /** The command that makes the artifact again, quoted for a shell. */
  readonly rebuild: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The short form in which digests are shown. */
const shownDigest = 12;
const short = (digest: string): string => digest.slice(0, shownDigest);

/** A file beside what the manifest says of it; undefined: it is not there. */
async function digestOf(path: string): Promise<{ sha256: string; sizeBytes: number } | undefined> {
  try {
    const source = createFileByteSource(path);
    const { sizeBytes } = source;
    return { sizeBytes, sha256: await digestBytes(source).finally(() => source.close()) };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return undefined;
  }
}

async function checkModel(directory: string, { digest }: Manifest['onnx']): Promise<EngineCheck> {
  const { model } = artifactFiles;
  const found = await digestOf(join(directory, model));
  // An engine runs without the model that it was built from.
  if (!found) return checkOf(model, short(digest), 'not there', 'doubtful');
  return checkOf(model, short(digest), short(found.sha256), found.sha256 === digest ? 'yes' : 'no');
}

async function checkFiles(
  directory: string,
  { engines }: Manifest,
): Promise<readonly EngineCheck[]> {
  return await Promise.all(
    engines.map(async ({ file, sizeBytes, sha256 }) => {
      const found = await digestOf(join(directory, file));
      const told = (size: number, digest: string) => `${size} bytes, ${short(digest)}`;
      const text = found ? told(found.sizeBytes, found.sha256) : 'not there';
      return checkOf(file, told(sizeBytes, sha256), text, found?.sha256 === sha256 ? 'yes' : 'no');
    }),
  );
}

/** What the target says; a target that this rcc does not know says nothing. */
async function checkTarget(
  { target: name, facts }: Manifest,
  path: string,
  { env, options }: CheckArtifactOptions,
): Promise<TargetCheck> {
  const target = targets.find((one) => one.name === name);
  if (!target?.check) return { checks: [] };
  const given = options.get(name) ?? (await target.read({}));
  return await target.check(facts, { env, path, options: given });
}

/** Compares an artifact's manifest with its files and with this machine: expected beside found, and how to rebuild it. Throws DiagnosticError. */
export async function checkArtifact(
  directory: string,
  options: CheckArtifactOptions,
): Promise<ArtifactCheck> {
  const manifest = await readManifest(directory);
  const { model, precision, target, onnx } = manifest;
  if (manifest.engines.length === 0) fail('artifact-without-engine', { directory, target });
  const path = join(directory, artifactFiles.manifest);
  const found = await checkTarget(manifest, path, options);
  const checks = [
    ...(await checkFiles(directory, manifest)),
    await checkModel(directory, onnx),
    ...found.checks,
  ];
  const rebuild = rebuildCommand(manifest, directory);
  const diagnostics = [...(found.diagnostics ?? []), ...mismatchesOf(checks, rebuild)];
  const fits = diagnostics.length === 0;
  return { directory, model, precision, target, fits, checks, rebuild, diagnostics };
}
