import type { CommandDefinition } from '../command.ts';
import { specsHelp } from '../spec-arguments.ts';

export interface CheckCommandOptions {
  /** False: the files that specs name are not looked at. */
  readonly files: boolean;
  readonly watch?: boolean;
}

export const checkCommand: CommandDefinition = {
  name: 'check',
  judges: true,
  description:
    'check specs: every mistake at once, params and flops against what they expect, and the files that they name',
  declare(command) {
    command
      .argument('<specs...>', specsHelp)
      .option('--no-files', 'leave weights, labels and references alone: they are elsewhere')
      .option('--watch', 'check again whenever a file beside the specs changes, until Ctrl-C');
  },
  async run([paths, options], context) {
    const { checkSpecs } = await import('../actions/check.ts');
    return await checkSpecs(paths as readonly string[], options as CheckCommandOptions, context);
  },
};
