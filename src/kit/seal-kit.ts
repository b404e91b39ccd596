import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFacts, ModelIdentity } from '../../engines/model-facts.ts';
import type { TrtexecCommand } from '../../engines/tensorrt/planning/plan.ts';
import {
  artifactFiles,
  artifactOwnFiles,
  writeJson,
  writeWhole,
} from '../compile/artifact-files.ts';
import type { Manifest } from '../compile/manifest.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { sha256 } from '../io/sha256.ts';
import { describeReleases } from './describe-releases.ts';
import type { Kit } from './kit.ts';
import type { KitFacts } from './kit-facts.ts';
import { argumentsOf, familiesOf, keyPartsOf, type PlannedFamily } from './kit-families.ts';
import { kitFiles } from './kit-files.ts';
import type { KitIntent } from './kit-intent.ts';
import { kitKey } from './kit-key.ts';
import { scriptOf, withoutFolder } from './script.ts';

/** Files of a kit: those of an earlier one leave when another comes, its attempts stay. */
export const kitOwnFiles = {
  ...artifactOwnFiles,
  isOwn: (name: string): boolean =>
    artifactOwnFiles.isOwn(name) || /^(?:run\.sh|kit\.sha256|expect-[a-z0-9.]+\.bin)$/.test(name),
};

export type KitModel = ModelFacts & { readonly identity: ModelIdentity };

/** What lies in a kit's folder whichever GPU it is for: model.onnx and what it is asked and to answer. */
export interface KitContents {
  readonly model: KitModel;
  readonly manifest: Manifest;
  readonly expect: KitFacts['expect'];
  /** Of the inputs and the expected output, by file. */
  readonly digests: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Room for an engine of each batch, which is hardly larger than its model, and for logs and times. */
const logsKiB = 64 * 1024;

function plansOf(families: readonly PlannedFamily[]): KitFacts['plans'] {
  return families.map(({ from, until, plan, commands }) => ({
    from,
    ...(until === Number.POSITIVE_INFINITY ? {} : { until }),
    release: plan.release.version,
    graph: plan.graph,
    commands: commands.map(({ kind, batch, engine, log, ...command }) => ({
      kind,
      ...(batch === undefined ? {} : { batch }),
      arguments: argumentsOf(command as TrtexecCommand),
      engine: withoutFolder(engine),
      log: withoutFolder(log),
    })),
  }));
}

function textOfScript(
  { intent, gpu }: KitIntent,
  { onnx }: Manifest,
  plans: readonly PlannedFamily[],
): Promise<string> {
  const modelKiB = Math.ceil(onnx.sizeBytes / 1024);
  const engines = intent.profile ? 1 : intent.batches.length;
  return scriptOf({ gpu, device: intent.device, neededKiB: modelKiB * engines + logsKiB, plans });
}

/** As sha256sum writes them. */
function digestLines({ manifest: { onnx }, digests }: KitContents, script: string): string {
  const all = [[onnx.file, onnx.digest], [kitFiles.script, sha256(script)], ...digests] as const;
  return all.map(([file, digest]) => `${digest}  ${file}\n`).join('');
}

/** What a kit with these contents does for a GPU, and its key. */
export function planContents(kit: KitIntent, { identity, ...facts }: KitModel) {
  const families = familiesOf(kit, { ...facts, identity }, 'packing');
  const keyParts = keyPartsOf(kit, identity, families);
  return { families, keyParts, key: kitKey(keyParts) };
}

/** Writes what makes a kit of the contents of a folder: run.sh, digests and the manifest. */
export async function sealKit(
  contents: KitContents,
  kit: KitIntent,
  directory: string,
): Promise<Omit<Kit, 'directory'>> {
  const { model, expect, diagnostics } = contents;
  const { families, keyParts, key } = planContents(kit, model);
  const script = await textOfScript(kit, contents.manifest, families);
  const digests = digestLines(contents, script);
  const facts: KitFacts = {
    schema: 1,
    key,
    keyParts: {
      ...keyParts,
      arguments: keyParts.arguments.map((args) => [...args]),
      batches: [...keyParts.batches],
    },
    digest: sha256(digests),
    gpu: kit.gpu,
    intent: kit.intent,
    identity: { ...model.identity },
    plans: plansOf(families),
    expect,
  };
  await writeWhole(join(directory, kitFiles.script), script);
  await writeWhole(join(directory, kitFiles.digests), digests);
  await chmod(join(directory, kitFiles.script), 0o755);
  const manifest = { ...contents.manifest, kit: { ...facts } };
  await writeJson(join(directory, artifactFiles.manifest), manifest);
  const notes = families.at(-1)?.plan.notes ?? [];
  const releases = createDiagnostic('kit-releases', { releases: describeReleases(families) });
  return { key, keyParts, facts, manifest, diagnostics: [...notes, releases, ...diagnostics] };
}
