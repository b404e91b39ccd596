import type { CommandDefinition } from '../command.ts';
import { declareModelOptions, type ModelCommandOptions } from '../options.ts';
import { benchFile, requireEnding } from '../output-files.ts';
import { specHelp } from '../spec-arguments.ts';
import { declareTargetOptions } from '../target-options.ts';
import { whole } from '../whole-numbers.ts';

export interface EvalCommandOptions extends ModelCommandOptions {
  readonly data: string;
  readonly list?: string;
  readonly labels?: string;
  readonly limit?: number;
  readonly state?: string;
  readonly output?: string;
  readonly allowDrop?: string;
}

export const evalCommand: CommandDefinition = {
  name: 'eval',
  description: 'count how often each precision is right on labelled pictures, side by side',
  declare(command) {
    command.argument('<spec>', specHelp);
    declareModelOptions(command);
    command
      .requiredOption(
        '--data <path>',
        'folder or archive (.zip, .tar, .tar.gz, .npz) of labelled pictures',
      )
      .option('--list <file>', 'file of `PATH LABEL` lines, in place of class folders')
      .option(
        '--labels <file>',
        'names of the classes in the network’s order, one a line: says which class each folder is',
      )
      .option('--limit <n>', 'only so many pictures, spread evenly', whole(1, 2 ** 31 - 1))
      .option('--state <file>', 'keeps what is done, so that an interrupted run goes on')
      .option(
        '-o, --output <file>',
        'write the accuracies as a bench file (.json) for `rcc report`',
      )
      .option(
        '--allow-drop <points>',
        'points of top-1 that fp16 and int8 may lose against fp32 (default: 0.2 and 1)',
      );
    declareTargetOptions(command);
  },
  async run([path, options], context) {
    const { output } = options as EvalCommandOptions;
    if (output !== undefined) requireEnding('-o', output, benchFile);
    const { evalSpec } = await import('../actions/eval.ts');
    return await evalSpec(String(path), options as EvalCommandOptions, context);
  },
};
