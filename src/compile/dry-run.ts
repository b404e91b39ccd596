import { join } from 'node:path';
import type { Precision } from '../../codegen/precisions.ts';
import type { BuiltFile, Engine } from '../../engines/engine.ts';
import { keyDigest } from '../../engines/engine-key.ts';
import type { PlannedCommand, PlannedFile, TargetPlan } from '../../engines/target.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Spec } from '../language/spec.ts';
import { artifactFiles } from './artifact-files.ts';
import type { CompileOptions } from './compile.ts';
import { firstImpression } from './model-options.ts';
import { type PlannedModel, planModel } from './planned-model.ts';

/** What a compilation would do: nothing of it was done. */
export interface DryRun {
  readonly model: string;
  readonly precision: Precision;
  readonly target: string;
  readonly reason: string;
  readonly directory: string;
  /** Machine and graph, where the target tells them; `title` is for people. */
  readonly plan?: Pick<TargetPlan, 'title' | 'facts'>;
  /** In the order in which they would run; a target without a program of its own has none. */
  readonly commands: readonly PlannedCommand[];
  /** As the manifest will have it: same key, same engine. Absent where the target has none or it is not known yet. */
  readonly cacheKey?: string;
  readonly files: readonly PlannedFile[];
  readonly notes: readonly Diagnostic[];
}

/** What a target's own programs would do. Throws DiagnosticError where they would refuse the model. */
function planOf(
  { facts: model, unknown }: PlannedModel,
  { target, timing }: CompileOptions,
): Pick<DryRun, 'plan' | 'commands' | 'cacheKey' | 'files' | 'notes'> | undefined {
  const limits = timing ?? firstImpression;
  const planned = target.plan?.({ model, limits, isTimed: timing !== undefined });
  if (!planned) return undefined;
  const { title, facts, commands, files, key, notes } = planned;
  return {
    plan: { title, facts },
    commands,
    ...(unknown ? {} : { cacheKey: keyDigest(key) }),
    files,
    notes: unknown ? [...notes, unknown] : notes,
  };
}

/** What a build would leave, engines and layers. */
function filesOf(engine: Engine | undefined, batch: number | 'N'): readonly BuiltFile[] {
  const told = engine?.builtFiles?.(batch === 'N' ? undefined : batch);
  if (told) return told;
  const wrapper = engine?.wrapperName;
  return [
    ...(engine ? [{ role: 'engine' as const, name: engine.fileName }] : []),
    ...(wrapper === undefined ? [] : [{ role: 'wrapper' as const, name: wrapper }]),
    { role: 'layers' as const, name: artifactFiles.layers },
  ];
}

/** What `compileSpec` would do for a target, on any machine and without weights. Throws DiagnosticError where it would be refused. */
export async function dryRunSpec(spec: Spec, options: CompileOptions): Promise<DryRun> {
  const { directory, target, timing, batch = 'N' } = options;
  const { engine, name, reason, precision } = target;
  const own = (role: string, file: string) => ({ role, path: join(directory, file) });
  const plan = planOf(await planModel(spec, options), options);
  const built = filesOf(engine, batch).map(({ role, name: file }) => own(role, file));
  const isTimed = timing !== undefined && engine && !engine.buildsOnly;
  return {
    model: spec.name,
    precision,
    target: name,
    reason,
    directory,
    ...(plan ?? { commands: [], notes: [] }),
    files: [
      own('model', artifactFiles.model),
      ...(plan?.files ?? built),
      ...(spec.labels === undefined ? [] : [own('labels', artifactFiles.labels)]),
      own('manifest', artifactFiles.manifest),
      ...(isTimed ? [own('timing', artifactFiles.timing)] : []),
    ],
  };
}
