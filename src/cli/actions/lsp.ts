import { fail } from '../../diagnostics/diagnostic.ts';
import { serveEditor } from '../../lsp/serve.ts';
import type { CommandResult } from '../command.ts';

/** `rcc lsp`: serves the editor that started it. */
export async function serveLanguage(signal: AbortSignal): Promise<CommandResult> {
  if (process.stdin.isTTY) fail('lsp-on-terminal', {});
  await serveEditor({ input: process.stdin, output: process.stdout }, signal);
  throw signal.reason;
}
