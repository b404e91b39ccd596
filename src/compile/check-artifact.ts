import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { shellText } from '../../engines/command-text.ts';
import { checkOf, type EngineCheck, mismatchesOf } from '../../engines/engine-check.ts';
import { checkOnnxruntimeEngine } from '../../engines/onnxruntime/check-engine.ts';
import { inspectMachine } from '../../engines/tensorrt/machine/machine.ts';
import { checkTensorrtEngine } from '../../engines/tensorrt/running/check-engine.ts';
import {
  deviceOf,
  readTensorrtFacts,
  type TensorrtFacts,
} from '../../engines/tensorrt/running/manifest.ts';
import { checkTensorrtRtxEngine } from '../../engines/tensorrt-rtx/check-engine.ts';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.ts';
import { digestBytes } from '../io/digest.ts';
import { createFileByteSource } from '../io/file-byte-source.ts';
import { artifactFiles } from './artifact-files.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './read-manifest.ts';

export interface CheckArtifactOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** trtexec or the command that starts it, for engines of TensorRT. */
  readonly trtexec?: string;
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

interface Found {
  readonly checks: readonly EngineCheck[];
  /** Why the machine could not be asked. */
  readonly diagnostics?: readonly Diagnostic[];
}

type Engine = NonNullable<Manifest['engine']>;

/** The short form in which digests are shown. */
const shownDigest = 12;

async function checkModel(directory: string, { digest }: Manifest['onnx']): Promise<EngineCheck> {
  const { model } = artifactFiles;
  const short = (text: string) => text.slice(0, shownDigest);
  try {
    const source = createFileByteSource(join(directory, model));
    const found = await digestBytes(source).finally(() => source.close());
    return checkOf(model, short(digest), short(found), found === digest ? 'yes' : 'no');
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    // An engine runs without the model that it was built from.
    return checkOf(model, short(digest), 'not there', 'doubtful');
  }
}

/** A target with an engine for each batch tells names and sizes of all among its facts. */
async function checkFiles(
  directory: string,
  { file, sizeBytes, facts }: Engine,
): Promise<readonly EngineCheck[]> {
  const names = String(facts.engines ?? file).split(' ');
  const sizes = String(facts.engineBytes ?? sizeBytes).split(' ');
  return await Promise.all(
    names.map(async (name, i) => {
      const size = (await stat(join(directory, name)).catch(() => undefined))?.size;
      const found = size === undefined ? 'not there' : `${size} bytes`;
      return checkOf(name, `${sizes[i]} bytes`, found, String(size) === sizes[i] ? 'yes' : 'no');
    }),
  );
}

/** What an engine of TensorRT needs, where this machine has no TensorRT to ask. */
function checkWithoutMachine(facts: TensorrtFacts): readonly EngineCheck[] {
  const { tensorrt, computeCapability, gpu } = facts;
  const needed = { TensorRT: tensorrt, 'compute capability': computeCapability, GPU: gpu };
  return Object.entries(needed).map(([what, value]) =>
    checkOf(what, value, 'not here', 'doubtful'),
  );
}

async function checkTensorrt(
  { facts }: Engine,
  path: string,
  { env, trtexec }: CheckArtifactOptions,
): Promise<Found> {
  const known = readTensorrtFacts(facts, path);
  try {
    const device = deviceOf(known);
    const request = { env, device, ...(trtexec === undefined ? {} : { trtexec }) };
    return { checks: checkTensorrtEngine(known, await inspectMachine(request)) };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { checks: checkWithoutMachine(known), diagnostics: error.diagnostics };
  }
}

async function checkTarget(
  { target }: Manifest,
  engine: Engine,
  path: string,
  options: CheckArtifactOptions,
): Promise<Found> {
  if (target === 'tensorrt') return await checkTensorrt(engine, path, options);
  return target === 'tensorrt-rtx'
    ? { checks: await checkTensorrtRtxEngine(engine.facts, options.env) }
    : { checks: await checkOnnxruntimeEngine(engine.facts) };
}

/** The command in the manifest, or, where a program called the library, the nearest that can be told. */
function rebuildOf(manifest: Manifest, directory: string): string {
  const { spec, precision, target, weights } = manifest;
  const source = 'file' in weights ? ['--weights', weights.file] : ['--seed', String(weights.seed)];
  const told = ['compile', spec.file, `--${precision}`, '--target', target, ...source];
  return shellText(['rcc', ...(manifest.command ?? told), '-o', directory]);
}

/** Compares an artifact's manifest with its files and with this machine: expected beside found, and how to rebuild it. Throws DiagnosticError. */
export async function checkArtifact(
  directory: string,
  options: CheckArtifactOptions,
): Promise<ArtifactCheck> {
  const manifest = await readManifest(directory);
  const { model, precision, target, onnx } = manifest;
  const engine = manifest.engine ?? fail('artifact-without-engine', { directory, target });
  const path = join(directory, artifactFiles.manifest);
  const found = await checkTarget(manifest, engine, path, options);
  const checks = [
    ...(await checkFiles(directory, engine)),
    await checkModel(directory, onnx),
    ...found.checks,
  ];
  const rebuild = rebuildOf(manifest, directory);
  const diagnostics = [...(found.diagnostics ?? []), ...mismatchesOf(checks, rebuild)];
  const fits = diagnostics.length === 0;
  return { directory, model, precision, target, fits, checks, rebuild, diagnostics };
}
