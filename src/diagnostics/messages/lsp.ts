import { row } from '../message-row.ts';

/** What an editor, or who starts the server of editors by hand, is told. */
export const lspMessages = {
  'rename-bundled': row<{ name: string }>({
    severity: 'error',
    message: ({ name }) => `'${name}' comes with rcc and keeps its name.`,
    hint: () => 'Give your own model another name, which extends this one.',
    cause: 'An editor was asked to rename a model whose spec lies in the package.',
    cure: 'Rename a model of your own files: `model mine extends resnet50 { … }`.',
  }),
  'editor-gone': row<Record<string, never>>({
    severity: 'error',
    exit: 'unacceptable',
    message: () => 'The editor is gone without having said so.',
    cause:
      'The language server lost its editor: standard input ended before the request to shut down.',
    cure: 'Nothing is lost: the server writes no files. An editor starts it again.',
  }),
  'lsp-on-terminal': row<Record<string, never>>({
    severity: 'error',
    message: () => '`rcc lsp` talks to an editor, not to a person.',
    hint: () =>
      'docs/editor.md says how VS Code, Neovim and Helix start it; `rcc check` looks at specs here.',
    cause:
      'The language server was started in a terminal. It reads the requests of an editor from standard input.',
    cure: 'Let the editor start it: its command is `rcc lsp`.',
  }),
} as const;
