import { Option } from 'commander';
import { largestBatch } from '../../../engines/timing-rows.ts';
import type { DeployOptions } from '../../deploy/destination.ts';
import { destinations } from '../../deploy/destinations.ts';
import type { CommandDefinition } from '../command.ts';
import { whole } from '../whole-numbers.ts';

export interface DeployCommandOptions extends DeployOptions {
  readonly to: string;
  readonly output: string;
  readonly allowSynthetic?: boolean;
  readonly dryRun?: boolean;
}

/** Options that only some destinations read; their names are those of `DeployOptions`. */
const ownOptions: readonly Option[] = [
  new Option('--name <name>', 'name of what is deployed (default: <model>_<precision>)'),
  new Option(
    '--max-batch <n>',
    'pictures of the largest batch that the server makes; 0: none (default: the largest of the engine)',
  ).argParser(whole(0, largestBatch)),
  new Option('--as <version>', 'next: as a new version beside those that are there').choices([
    'next',
  ]),
  new Option('--storage-uri <uri>', 'where the server will find the repository'),
];

/** The destinations that read an option. */
function readersOf(option: Option): readonly string[] {
  const key = option.attributeName() as keyof DeployOptions;
  return destinations.filter(({ takes }) => takes.includes(key)).map(({ name }) => name);
}

export const deployCommand: CommandDefinition = {
  name: 'deploy',
  description: 'put artifacts where a server or a program takes them from',
  declare(command) {
    command
      .argument('<artifacts...>', 'folders of artifacts (`rcc compile -o`)')
      .addOption(
        new Option(
          '--to <destination>',
          destinations.map(({ name, help }) => `${name}: ${help}`).join('; '),
        )
          .choices(destinations.map(({ name }) => name))
          .makeOptionMandatory(),
      )
      .requiredOption('-o, --output <dir>', 'folder that the files are for');
    for (const option of ownOptions) command.addOption(option);
    command.option(
      '--allow-synthetic',
      'deploy made-up weights as well: fit for timing a server, and for nothing else',
    );
    command.option('--dry-run', 'say what would be written, and write nothing');
  },
  async run([directories, options], context) {
    const { deployArtifacts } = await import('../actions/deploy.ts');
    const readers = new Map(ownOptions.map((one) => [one.attributeName(), readersOf(one)]));
    return await deployArtifacts(
      { directories: directories as readonly string[], readers },
      options as DeployCommandOptions,
      context,
    );
  },
};
