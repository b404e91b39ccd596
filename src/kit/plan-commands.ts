import type { ModelFacts } from '../../engines/model-facts.ts';
import type { TensorrtIntent } from '../../engines/tensorrt/planning/intent.ts';
import type { TrtexecCommand, TrtexecPlan } from '../../engines/tensorrt/planning/plan.ts';
import { planInference } from '../../engines/tensorrt/planning/plan-inference.ts';
import { inputFile, outputFile } from './kit-files.ts';
import { attemptFolder } from './script.ts';

/** The order in which a batch's commands run: what it computes is known before it is timed. */
const order: readonly TrtexecCommand['kind'][] = ['build', 'run', 'time', 'profile'];

/** One batch's run of the kit's input. */
function inferenceOf(
  intent: TensorrtIntent,
  plan: TrtexecPlan,
  model: ModelFacts,
  { batch = 1, engine }: TrtexecCommand,
): TrtexecCommand {
  const inputs = model.inputs.map(({ name }) => ({ name, path: inputFile(batch) }));
  return planInference(intent, plan, model, {
    batch,
    engine,
    inputs,
    log: `${attemptFolder}/trtexec-run.b${batch}.log`,
    output: `${attemptFolder}/${outputFile(batch)}`,
  });
}

/** All that a kit does in a family of releases: what is planned for a timing, and a run of each batch for its outputs. */
export function kitCommands(
  intent: TensorrtIntent,
  plan: TrtexecPlan,
  model: ModelFacts,
): readonly TrtexecCommand[] {
  const timed = plan.commands.filter(({ kind }) => kind === 'time');
  const runs = timed.map((command) => inferenceOf(intent, plan, model, command));
  return [...plan.commands, ...runs].toSorted(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind),
  );
}
