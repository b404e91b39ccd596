import {
  createConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { listen } from './server.ts';

/** Serves one editor until it says goodbye or hangs up, which ends the process, or until the signal. */
export async function serveEditor(
  {
    input,
    output,
  }: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream },
  signal: AbortSignal,
): Promise<void> {
  const reader = new StreamMessageReader(input);
  const connection = createConnection(reader, new StreamMessageWriter(output));
  listen(connection);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  connection.dispose();
}
