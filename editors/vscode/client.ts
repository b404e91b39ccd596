import { commands, window, workspace } from 'vscode';
import { LanguageClient, type LanguageClientOptions } from 'vscode-languageclient/node';

let client: LanguageClient | undefined;

const options: LanguageClientOptions = {
  documentSelector: ['file', 'untitled'].map((scheme) => ({ scheme, language: 'rn' })),
};

/** Says that the program is not there, and leads to the setting that says where it is. */
async function tellMissing(path: string): Promise<void> {
  const open = 'Open the setting';
  const answer = await window.showErrorMessage(
    `'${path} lsp' does not start, so .rn files have colours alone. Install rcc, or say where it is.`,
    open,
  );
  if (answer === open) await commands.executeCommand('workbench.action.openSettings', 'rcc.path');
}

/** Starts the server when the first .rn file is opened. */
export async function activate(): Promise<void> {
  const command = workspace.getConfiguration('rcc').get<string>('path') || 'rcc';
  // On Windows npm's programs are scripts of the shell.
  const shell = process.platform === 'win32';
  const server = { command, args: ['lsp', '--stdio'], options: { shell } };
  client = new LanguageClient('rcc', 'rcc', server, options);
  try {
    await client.start();
  } catch {
    client = undefined;
    await tellMissing(command);
  }
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
