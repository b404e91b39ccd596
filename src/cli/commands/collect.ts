import type { CommandDefinition } from '../command.ts';

export interface CollectCommandOptions {
  readonly output: string;
  readonly kit?: string;
}

export const collectCommand: CommandDefinition = {
  name: 'collect',
  description: 'read what kits gave elsewhere into artifacts and a bench file, judged',
  declare(command) {
    command
      .argument('<dirs...>', 'kits, of which the best attempt is taken, or folders of attempts')
      .option(
        '-o, --output <dir>',
        'folder of the artifact; of all artifacts, as <model>/<precision>, where there are several; bench.json lies in it',
        'build',
      )
      .option('--kit <dir>', 'kit of the attempts (default: two folders above each)');
  },
  async run([directories, options], context) {
    const { collectKits } = await import('../actions/collect.ts');
    return await collectKits(
      directories as readonly string[],
      options as CollectCommandOptions,
      context,
    );
  },
};
