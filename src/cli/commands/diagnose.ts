import type { CommandDefinition } from '../command.ts';
import { weightsKeyHelp } from '../options.ts';
import { specHelp } from '../spec-arguments.ts';

export interface DiagnoseCommandOptions {
  readonly got: string;
  readonly weights?: string;
  readonly weightsKey?: string;
}

export const diagnoseCommand: CommandDefinition = {
  name: 'diagnose',
  description: 'find the preprocessing mistake that explains a wrong answer',
  declare(command) {
    command
      .argument('<spec>', specHelp)
      .argument('<image>', 'picture (.jpg, .png, .webp)')
      .requiredOption(
        '--got <answer>',
        'what your program answered: a class number, a label, or a .npy file of logits',
      )
      .option('--weights <file>', 'weights file, in place of the one the spec names')
      .option('--weights-key <key>', weightsKeyHelp);
  },
  async run([path, image, options], context) {
    const { diagnoseImage } = await import('../actions/diagnose.ts');
    return await diagnoseImage(
      String(path),
      String(image),
      options as DiagnoseCommandOptions,
      context,
    );
  },
};
