import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltEngine, EngineFile } from '../../engines/engine.ts';
import { engineFileOf } from '../../engines/engine-file.ts';
import { planTrtexec } from '../../engines/tensorrt/planning/plan.ts';
import { factsOf } from '../../engines/tensorrt/running/facts.ts';
import { artifactFiles, artifactOwnFiles, writeJson } from '../compile/artifact-files.ts';
import { auditArtifact } from '../compile/audit-artifact.ts';
import { auditErrors } from '../compile/audit-engine.ts';
import { findLayers, type LayerFindings } from '../compile/layer-findings.ts';
import type { Manifest } from '../compile/manifest.ts';
import { placeArtifact } from '../compile/place-artifact.ts';
import { benchFileOf, type ModelMeasurement } from '../compile/timing.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { copyFile } from '../io/open-file.ts';
import { attemptMachine } from './attempt-machine.ts';
import type { JudgedAttempt } from './kit.ts';
import type { KitPlan } from './kit-facts.ts';
import type { OpenedKit } from './open-kit.ts';
import { readAttempt } from './read-attempt.ts';

/** What an attempt became. */
export interface Collection extends LayerFindings {
  readonly attempt: JudgedAttempt;
  /** Folder of the artifact; absent where nothing was timed. */
  readonly directory?: string;
  readonly rows: readonly ModelMeasurement[];
  readonly diagnostics: readonly Diagnostic[];
}

type Build = KitPlan['commands'][number];

/** Builds whose engine came back: it is large, and figures are worth something without it. */
function builtIn(attempt: string, { commands }: KitPlan): readonly Build[] {
  return commands.filter(
    ({ kind, engine }) => kind === 'build' && existsSync(join(attempt, engine)),
  );
}

/** What belongs to an artifact, of the attempt's folder. */
async function copyResults(kit: OpenedKit, attempt: string, into: string): Promise<void> {
  const { readdir } = await import('node:fs/promises');
  const names = (await readdir(attempt)).filter(artifactOwnFiles.isOwn);
  for (const name of names) await copyFile(join(attempt, name), join(into, name), 'attempt');
  const { labels, onnx } = kit.manifest;
  for (const name of [onnx.file, ...(labels ? [labels.file] : [])]) {
    await copyFile(join(kit.directory, name), join(into, name), 'kit');
  }
}

async function enginesIn(
  folder: string,
  { facts }: OpenedKit,
  builds: readonly Build[],
): Promise<readonly EngineFile[]> {
  const engines: EngineFile[] = [];
  for (const { engine, batch } of builds) {
    const one = batch === undefined ? undefined : { min: batch, opt: batch, max: batch };
    engines.push(await engineFileOf(join(folder, engine), facts.intent.profile ?? one ?? 'any'));
  }
  return engines;
}

/** The manifest of what was built there: the kit's, with engines and what they are tied to. */
async function manifestOf(kit: OpenedKit, attempt: string, folder: string): Promise<Manifest> {
  const { kit: _, ...manifest } = kit.manifest;
  const { facts } = kit;
  const read = await readAttempt(attempt);
  const machine = attemptMachine(read, facts);
  const number = Number(read.environment.get('plan') ?? 0);
  const plan = facts.plans[number - 1];
  if (!plan) return manifest;
  const builds = builtIn(attempt, plan);
  const { inputs, outputs, file } = manifest.onnx;
  const model = {
    path: join(folder, file),
    directory: folder,
    inputs: inputs as [],
    outputs: outputs as [],
    identity: facts.identity,
    ...(manifest.float32Nodes ? { float32Nodes: manifest.float32Nodes } : {}),
  };
  const planned = planTrtexec(facts.intent, machine, model).plan;
  if (!planned) return manifest;
  const commands = builds.map(({ arguments: args, ...build }) => ({
    ...build,
    args,
    engine: join(folder, build.engine),
  }));
  const built = { graph: plan.graph, key: planned.key, commands: commands as [] };
  return {
    ...manifest,
    engines: (await enginesIn(folder, kit, builds)).map((engine) => ({ ...engine })),
    facts: { ...factsOf({ machine, intent: facts.intent }, built) },
  };
}

/** What the layers say that came back with the engines. */
async function layersIn(
  folder: string,
  manifest: Manifest,
  rows: readonly ModelMeasurement[],
): Promise<LayerFindings & { readonly errors: readonly Diagnostic[] }> {
  const { readdir } = await import('node:fs/promises');
  const hasLayers = (await readdir(folder)).some((name) => /^layers(?:\.b\d+)?\.json$/.test(name));
  if (!hasLayers) return { audits: [], profiles: [], errors: [] };
  const audits = (await auditArtifact(folder)).map(({ report }) => report);
  const built: Pick<BuiltEngine, 'builtFor'> = { builtFor: rows[0]?.device.name ?? '' };
  const { model } = manifest;
  const target = { layers: 'engine', name: manifest.target } as const;
  const found = await findLayers({
    model,
    target,
    directory: folder,
    built,
    audits,
    measurements: rows,
  });
  const provenance = rows[0]?.provenance;
  const mark = <T extends object>(item: T): T =>
    provenance?.standIn ? { ...item, provenance } : item;
  return {
    audits: found.audits.map(mark),
    profiles: found.profiles.map(mark),
    errors: auditErrors(audits),
  };
}

/**
 * Makes an ordinary artifact of what an attempt built and timed: model, engines, layers, logs, manifest and timing.json. Where nothing was timed, or what it
 * computes is wrong, the folder stays as it was.
 */
export async function collectAttempt(
  kit: OpenedKit,
  attempt: JudgedAttempt,
  directory: string,
): Promise<Collection> {
  const rows = attempt.measurements;
  const isWrong = [...attempt.verdicts.values()].some(({ ok }) => !ok);
  if (rows.length === 0 || isWrong) {
    return { attempt, rows: [], audits: [], profiles: [], diagnostics: attempt.diagnostics };
  }
  return await placeArtifact(directory, async (staged, rename) => {
    await copyResults(kit, attempt.directory, staged);
    const manifest = await manifestOf(kit, attempt.directory, staged);
    await writeJson(join(staged, artifactFiles.manifest), manifest);
    const { errors, ...found } = await layersIn(staged, manifest, rows);
    await writeJson(join(staged, artifactFiles.timing), benchFileOf({ rows, ...found }));
    const diagnostics = [...attempt.diagnostics, ...errors.map(rename)];
    return { value: { attempt, directory, rows, ...found, diagnostics }, keep: true };
  });
}
