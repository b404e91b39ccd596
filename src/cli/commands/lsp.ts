import type { CommandDefinition } from '../command.ts';

export const lspCommand: CommandDefinition = {
  name: 'lsp',
  description: 'the language server of .rn files, for editors: docs/editor.md',
  declare(command) {
    command.option('--stdio', 'talk over standard input and output (the only way there is)');
  },
  async run(_values, { signal }) {
    const { serveLanguage } = await import('../actions/lsp.ts');
    return await serveLanguage(signal);
  },
};
