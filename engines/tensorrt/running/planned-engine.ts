import type { PlannedEngine } from '../../engine-key.ts';
import type { ModelFacts } from '../../model-facts.ts';
import { splitArgument } from '../planning/option-table.ts';
import { planOrThrow } from './build.ts';
import type { TensorrtEngineOptions } from './context.ts';

/** What stands in such a file is part of the engine, and of no key. */
function namesFile(argument: string): boolean {
  return /[/\\]|\.\w/.test(splitArgument(argument).value?.replace(/^[\d.]+$/, '') ?? '');
}

/** The engine that a model would be built into, or why no key can tell it. Throws DiagnosticError as a build would. */
export function plannedEngine(
  options: TensorrtEngineOptions,
  model: ModelFacts,
): PlannedEngine | string {
  const { machine, intent } = options;
  const { key, notes } = planOrThrow(options, model);
  if (intent.buildArguments.some(namesFile)) return 'an argument for trtexec names a file';
  if (machine.gpu.computeCapability === '') return 'nothing tells which GPU this is';
  return { key, notes: [...machine.notes, ...notes] };
}
