import { resolve } from 'node:path';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../../src/diagnostics/diagnostic.ts';
import type { PlannedCommand, PlanRequest, TargetPlan } from '../../target.ts';
import { type ToolCommand, toolCommand } from '../../tool-command.ts';
import { dockerOption, holdsRelease, imageOf, imageText } from './images.ts';
import type { TensorrtIntent } from './intent.ts';
import type { CommandKind } from './option-rules.ts';
import { type PlanMachine, plannedFiles, planTrtexec, type TrtexecPlan } from './plan.ts';
import type { GraphFlavour } from './precision-recipes.ts';

const graphWords: Readonly<Record<GraphFlavour, string>> = {
  fp32: 'an FP32 graph',
  'typed-fp16': 'a typed FP16 graph',
  'int8-qdq': 'an INT8 graph with quantisers',
  'fp8-qdq': 'an FP8 graph with quantisers',
};

const commandTitles: Readonly<Record<CommandKind, string>> = {
  build: 'build',
  time: 'time',
  profile: 'time the layers of',
  run: 'run',
};

function titleOf({ release, gpu, graph }: TrtexecPlan): string {
  const machine = `TensorRT ${release.version} on ${gpu.name} (compute capability ${gpu.computeCapability})`;
  return `${machine}, from ${graphWords[graph]}`;
}

/** Where trtexec of the plan's release is to be had, unless a command that starts it was given. */
function imageNotes({ release, gpu }: TrtexecPlan, { command }: ToolCommand): Diagnostic[] {
  const image = command.length > 1 ? undefined : imageOf(release.order, gpu.computeCapability);
  if (!image) return [];
  const isExact = holdsRelease(image, release.order);
  const facts = { image: imageText(image), docker: dockerOption(image), isExact };
  return [createDiagnostic('tensorrt-image', facts)];
}

/** What trtexec would be asked on a machine. Throws DiagnosticError where release, GPU or model stand against it. */
export function planFor(
  intent: TensorrtIntent,
  { tool, ...machine }: PlanMachine & { readonly tool: ToolCommand },
  { model: asked, limits, isTimed }: PlanRequest,
): TargetPlan {
  // Beside a container or another host, what is told is what would be started; for people, paths stay as they gave them.
  const isWrapped = tool.command.length > 1;
  const model = isWrapped
    ? { ...asked, path: resolve(asked.path), directory: resolve(asked.directory) }
    : asked;
  const { warmUpMs, durationMs, minIterations: iterations } = limits;
  const timed = { ...intent, warmUpMs, durationMs, iterations };
  const { plan, diagnostics } = planTrtexec(timed, machine, model);
  if (!plan) throw new DiagnosticError(diagnostics);
  const planned = plan.commands.filter(({ kind }) => isTimed || kind === 'build');
  const { release, gpu, graph, key, notes } = plan;
  const commands = planned.map(({ kind, batch, args, log }): PlannedCommand => {
    const what = batch === undefined ? 'the engine' : `batch ${batch}`;
    return {
      kind,
      title: `${commandTitles[kind]} ${what}`,
      ...(batch === undefined ? {} : { batch }),
      command: toolCommand(tool, args, model.directory),
      log,
    };
  });
  return {
    title: titleOf(plan),
    facts: { tensorrt: { release: release.version, gpu, graph } },
    commands,
    files: plannedFiles(planned, release),
    key,
    notes: [...notes, ...imageNotes(plan, tool)],
  };
}
