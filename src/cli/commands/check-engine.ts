import type { CommandDefinition } from '../command.ts';

export interface CheckEngineCommandOptions {
  readonly trtexec?: string;
}

export const checkEngineCommand: CommandDefinition = {
  name: 'check-engine',
  description: 'compare artifacts with this machine: expected, found, and how to rebuild them',
  declare(command) {
    command
      .argument('<dirs...>', 'folders of artifacts')
      .option(
        '--trtexec <command>',
        'trtexec, or the command that starts it (default: TRTEXEC, PATH, TENSORRT_HOME)',
      );
  },
  async run([directories, options], context) {
    const { checkEngines } = await import('../actions/check-engine.ts');
    return await checkEngines(
      directories as readonly string[],
      options as CheckEngineCommandOptions,
      context,
    );
  },
};
