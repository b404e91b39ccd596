import { fail } from '../../diagnostics/diagnostic.ts';
import { serveEditor } from '../../lsp/serve.ts';
import type { CommandResult } from '../command.ts';

/** `rcc lsp`: serves the editor that started it. */
export async function serveLanguage(signal: AbortSignal): Promise<CommandResult> {
  if (process.stdin.isTTY) fail('lsp-on-terminal', {});
  const ending = await serveEditor({ input: process.stdin, output: process.stdout }, signal);
  if (ending === 'interrupted') throw signal.reason;
  if (ending === 'gone') fail('editor-gone', {});
  return {};
}
