import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { ModelFacts } from '../../model-facts.ts';
import type { TensorrtIntent } from './intent.ts';
import { applyRules } from './option-rules.ts';
import { type PlanMachine, shapeArguments, type TrtexecCommand } from './plan.ts';
import { planPrecision } from './precision-recipes.ts';

/** Files that one run reads its inputs from and writes its outputs to. */
export interface InferenceFiles {
  readonly engine: string;
  readonly log: string;
  readonly inputs: readonly { readonly name: string; readonly path: string }[];
  readonly output: string;
}

function checkPath(path: string): string {
  return /[,:']/.test(path) ? fail('trtexec-path-unsafe', { path }) : path;
}

/**
 * The command that runs given inputs once through a built engine, for its outputs and not for its times.
 * Throws `trtexec-path-unsafe` where a path cannot be written in trtexec's list of inputs.
 */
export function planInference(
  intent: TensorrtIntent,
  { release }: PlanMachine,
  model: ModelFacts,
  run: InferenceFiles & { readonly batch: number },
): TrtexecCommand {
  // Without transfers, which 11.x leaves out by itself, neither inputs nor outputs would reach the GPU and back.
  const plain = { ...intent, transfers: true, cudaGraph: false, spinWait: false };
  const precision = planPrecision(plain, release, []) ?? {
    graph: 'fp32' as const,
    strong: true,
    choosesTypes: false,
    options: [],
  };
  const inputs = run.inputs.map(({ name, path }) => `${name}:${checkPath(path)}`);
  const args = [
    `--loadEngine=${run.engine}`,
    ...shapeArguments(intent, model, run.batch),
    ...applyRules('run', { intent: plain, release, model, precision, diagnostics: [] }),
    '--warmUp=0',
    '--duration=0',
    '--iterations=1',
    `--loadInputs=${inputs.join(',')}`,
    `--exportOutput=${run.output}`,
  ];
  return { kind: 'run', batch: run.batch, args, engine: run.engine, log: run.log };
}
