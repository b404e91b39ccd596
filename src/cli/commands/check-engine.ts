import type { CommandDefinition } from '../command.ts';
import { declareSome } from '../target-options.ts';

/** How targets are found here, by their rows. */
export type CheckEngineCommandOptions = Readonly<Record<string, unknown>>;

export const checkEngineCommand: CommandDefinition = {
  name: 'check-engine',
  description: 'compare artifacts with this machine: expected, found, and how to rebuild them',
  declare(command) {
    command.argument('<dirs...>', 'folders of artifacts');
    declareSome(command, ['--trtexec']);
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
