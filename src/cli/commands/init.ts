import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { weightsKeyHelp } from '../options.ts';
import { requireEnding, specFile } from '../output-files.ts';

export interface InitCommandOptions {
  readonly output?: string;
  readonly input?: string;
  readonly shortcut?: 'projection' | 'avgpool' | 'pad';
  readonly weightsKey?: string;
  readonly force?: boolean;
}

export const initCommand: CommandDefinition = {
  name: 'init',
  description: 'write the spec that a weights file describes',
  declare(command) {
    command
      .argument(
        '<weights>',
        'file of weights (.pdparams, .pth, .safetensors, …), index of shards, or folder',
      )
      .option('-o, --output <file>', 'where to write it (default: stdout)')
      .option('--input <size>', 'input size, which no weights file tells, e.g. 3x224x224 or 224')
      .addOption(
        new Option(
          '--shortcut <kind>',
          'kind of the shortcuts, where the names fit several',
        ).choices(['projection', 'avgpool', 'pad']),
      )
      .option('--weights-key <key>', weightsKeyHelp)
      .option('--force', 'replace the file that is there');
  },
  async run([path, options], context) {
    const { output } = options as InitCommandOptions;
    if (output !== undefined) requireEnding('-o', output, specFile);
    const { initSpec } = await import('../actions/init.ts');
    return await initSpec(String(path), options as InitCommandOptions, context);
  },
};
