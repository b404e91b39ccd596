import { existsSync } from 'node:fs';
import { writeWhole } from '../../compile/artifact-files.ts';
import { type SpecFromWeightsOptions, specFromWeights } from '../../compile/spec-from-weights.ts';
import { createDiagnostic, type Diagnostic, fail } from '../../diagnostics/diagnostic.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { InitCommandOptions } from '../commands/init.ts';
import { verbatim } from '../text.ts';
import { listenerFor } from './listener.ts';

/** `224`, `224x192`, `1x224x224`. */
function parseInput(text: string): SpecFromWeightsOptions['input'] {
  const match = /^(?:(\d+)x)?(?:(\d+)x)?(\d+)$/.exec(text);
  if (!match) {
    return fail('command-line', { message: `'${text}' is no input size such as 224 or 3x224x224` });
  }
  const sides = match.slice(1).flatMap((part) => (part === undefined ? [] : [Number(part)]));
  const [width = 0, height = width, channels] = sides.toReversed();
  return { height, width, ...(channels === undefined ? {} : { channels }) };
}

function refuseExisting(path: string, { force }: InitCommandOptions): void {
  if (existsSync(path) && !force) fail('file-exists', { path });
}

/** `rcc init`: the spec on stdout, or in a file that was not there, with the names of its classes beside it. */
export async function initSpec(
  path: string,
  options: InitCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { output, input, shortcut, weightsKey } = options;
  if (output !== undefined) refuseExisting(output, options);
  const labelsPath = output?.replace(/(\.rn)?$/, '.labels.txt');
  const notes: Diagnostic[] = [];
  const listener = listenerFor(context, notes);
  const { text, inferred, labels } = await specFromWeights(path, {
    key: weightsKey,
    onNote: (note) => listener.onNote?.(createDiagnostic('weights-note', { file: path, note })),
    specPath: output ?? 'stdout.rn',
    labelsPath,
    input: input === undefined ? undefined : parseInput(input),
    shortcut,
  });
  const written = output === undefined ? {} : { file: output };
  if (labels && labelsPath !== undefined) {
    refuseExisting(labelsPath, options);
    await writeWhole(labelsPath, labels.map((label) => `${label}\n`).join(''));
  }
  if (output !== undefined) await writeWhole(output, text);
  return {
    text: output ?? verbatim(text.trimEnd()),
    data: { inferred, text, ...written },
    diagnostics: context.keepsNotes ? notes : [],
  };
}
