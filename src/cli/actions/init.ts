import { existsSync } from 'node:fs';
import { specFromWeights } from '../../compile/spec-from-weights.ts';
import { createDiagnostic, type Diagnostic, fail } from '../../diagnostics/diagnostic.ts';
import { writeArtifact } from '../../io/artifact.ts';
import type { InputSize } from '../../language/spec.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { InitCommandOptions } from '../commands/init.ts';
import { listenerFor } from './listener.ts';

function parseInput(text: string): InputSize {
  const match = /^(?:(\d+)x(\d+)x(\d+)|(\d+))$/.exec(text);
  if (!match)
    fail('command-line', { message: `'${text}' is no input size such as 3x224x224 or 224` });
  const [channels, height, width, side] = match.slice(1).map((part) => Number(part ?? Number.NaN));
  return side !== undefined && !Number.isNaN(side)
    ? { channels: 3, height: side, width: side }
    : { channels: channels ?? 3, height: height ?? 0, width: width ?? 0 };
}

/** `rcc init`: the spec on stdout, or in a file that was not there. */
export async function initSpec(
  path: string,
  options: InitCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { output } = options;
  if (output !== undefined && existsSync(output) && !options.force)
    fail('file-exists', { path: output });
  const notes: Diagnostic[] = [];
  const listener = listenerFor(context, notes);
  const { text, inferred } = await specFromWeights(path, {
    key: options.weightsKey,
    onNote: (note) => listener.onNote?.(createDiagnostic('weights-note', { file: path, note })),
    specPath: output ?? 'stdout.rn',
    ...(options.input === undefined ? {} : { input: parseInput(options.input) }),
    ...(options.shortcut === undefined ? {} : { shortcut: options.shortcut }),
  });
  if (output !== undefined) {
    await writeArtifact(output, (sink) => sink.write(new TextEncoder().encode(text)));
  }
  return {
    text: output ?? text.trimEnd(),
    data: { inferred, text, ...(output ? { file: output } : {}) },
    diagnostics: context.json ? notes : [],
  };
}
