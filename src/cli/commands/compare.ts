import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { parsePercentage } from '../quantities.ts';

export interface CompareCommandOptions {
  /** A share. */
  readonly threshold: number;
  readonly against?: string;
}

export const compareCommand: CommandDefinition = {
  name: 'compare',
  judges: true,
  description: 'set two benches side by side, cell by cell, and end with 1 where one got slower',
  declare(command) {
    command
      .argument(
        '<before>',
        'bench file (.json) or its folder, such as a farm; with --against alone: the one that is judged',
      )
      .argument('[after]', 'bench file (.json), or its folder, that is judged')
      .addOption(
        new Option('--threshold <percent>', 'change that is tolerated')
          .argParser(parsePercentage)
          .default(0.05, '5%'),
      )
      .option(
        '--against <name>',
        'published figures that stand before: alone, or as a second table beside two benches',
      );
  },
  async run([before, after, options], context) {
    const { compareBenches } = await import('../actions/compare.ts');
    const paths = [before, after].filter((path) => typeof path === 'string');
    return await compareBenches(paths, options as CompareCommandOptions, context);
  },
};
