import type { CommandDefinition } from '../command.ts';

export const checkRepositoryCommand: CommandDefinition = {
  name: 'check-repository',
  description: "judge a Triton model repository by Triton's own rules, without a server",
  declare(command) {
    command.argument('<dirs...>', 'model repositories, or folders of single models');
  },
  async run([directories]) {
    const { checkRepositories } = await import('../actions/check-repository.ts');
    return await checkRepositories(directories as readonly string[]);
  },
};
