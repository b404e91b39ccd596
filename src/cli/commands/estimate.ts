import { Option } from 'commander';
import { referencePrecision } from '../../../codegen/precisions.ts';
import { largestBatch } from '../../../engines/timing-rows.ts';
import type { CommandDefinition } from '../command.ts';
import { declarePrecisions } from '../precision-options.ts';
import { parseMs } from '../quantities.ts';
import { specsHelp } from '../spec-arguments.ts';
import { wholeList } from '../whole-numbers.ts';

export interface EstimateCommandOptions {
  readonly gpu: string;
  readonly batch: readonly number[];
  /** Milliseconds of a batch. */
  readonly budget?: number;
}

export const estimateCommand: CommandDefinition = {
  name: 'estimate',
  description: 'predict latencies on a GPU that is not at hand, each with its band',
  declare(command) {
    declarePrecisions(command, ({ name, title }) => {
      const usual =
        name === referencePrecision ? ' (default: every precision that the GPU has)' : '';
      return `${title}${usual}`;
    });
    command
      .argument('[specs...]', `${specsHelp} (default: the published models)`)
      .requiredOption(
        '--gpu <name>',
        't4 or v100, whose published latencies were fitted; l4, a10 and a100 are extrapolated',
      )
      .addOption(
        new Option('--batch <list>', 'batch sizes')
          .argParser(wholeList(1, largestBatch))
          .default([1, 4, 8], '1,4,8'),
      )
      .option(
        '--budget <ms>',
        'list only what may fit into so many milliseconds a batch, such as 5ms',
        parseMs,
      );
  },
  async run([paths, options], context) {
    const { estimateSpecs } = await import('../actions/estimate.ts');
    return await estimateSpecs(
      paths as readonly string[],
      options as EstimateCommandOptions,
      context,
    );
  },
};
