import type { ModelFacts, ModelIdentity } from '../../engines/model-facts.ts';
import type { TrtexecCommand } from '../../engines/tensorrt/planning/plan.ts';
import {
  planFamilies,
  type ReleaseFamily,
} from '../../engines/tensorrt/planning/release-families.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { sha256 } from '../io/sha256.ts';
import { describeReleases } from './describe-releases.ts';
import type { KitIntent } from './kit-intent.ts';
import { type KitKeyParts, measurementSchema } from './kit-key.ts';
import { kitCommands } from './plan-commands.ts';
import { type ScriptPlan, withoutFolder } from './script.ts';

/** Releases with all that a kit does in them. */
export type PlannedFamily = ReleaseFamily & Pick<ScriptPlan, 'commands'>;

/** What a kit does in each family of releases; `doing` is what a refusal says that was tried. Throws DiagnosticError. */
export function familiesOf(
  { intent, gpu, served }: KitIntent,
  model: ModelFacts,
  doing: string,
): readonly PlannedFamily[] {
  const families = planFamilies(intent, gpu, model, served);
  const idle = families.find(({ plan }) => plan.commands.every(({ kind }) => kind === 'build'));
  if (idle) {
    fail('tensorrt-stripped-needs-refit', { doing, version: idle.plan.release.version });
  }
  return families.map((family) => ({
    ...family,
    commands: kitCommands(intent, family.plan, model),
  }));
}

/** Without paths of a machine. */
export const argumentsOf = ({ args }: TrtexecCommand): string[] => args.map(withoutFolder);

/** All that decides what a kit of this model measures. */
export function keyPartsOf(
  { gpu, intent, served }: KitIntent,
  { graph, weights, ranges }: ModelIdentity,
  families: readonly PlannedFamily[],
): KitKeyParts {
  const [one] = served;
  return {
    model: sha256([graph, weights, ranges].join('\n')),
    arguments: families.flatMap(({ commands }) => commands.map(argumentsOf)),
    tensorrt: served.length === 1 && one ? one.release.version : describeReleases(families),
    gpu: `${gpu.computeCapability} ${gpu.name}`,
    batches: intent.batches,
    schema: measurementSchema,
  };
}
