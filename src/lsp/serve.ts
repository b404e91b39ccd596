import type { Readable, Writable } from 'node:stream';
import { createConnection, createProtocolConnection, type WatchDog } from 'vscode-languageserver';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { listen } from './server.ts';

/** How an editor ended: it said so, it is gone without a word, or somebody ended the server. */
export type Ending = 'quit' | 'gone' | 'interrupted';

export interface EditorStreams {
  readonly input: Readable;
  readonly output: Writable;
}

/** Serves one editor to its end. The library would end the process itself; here whoever called does. */
export async function serveEditor(
  { input, output }: EditorStreams,
  signal: AbortSignal,
): Promise<Ending> {
  let resolve: (ending: Ending) => void = () => undefined;
  const promise = new Promise<Ending>((settle) => {
    resolve = settle;
  });
  const reader = new StreamMessageReader(input);
  const watchDog: WatchDog = {
    shutdownReceived: false,
    // An editor that dies closes the stream; its process may be none that can be seen from here.
    initialize: () => undefined,
    exit: (code) => resolve(code === 0 ? 'quit' : 'gone'),
  };
  const connection = createConnection(
    (logger) => createProtocolConnection(reader, new StreamMessageWriter(output), logger),
    watchDog,
  );
  reader.onClose(() => watchDog.exit(watchDog.shutdownReceived ? 0 : 1));
  signal.addEventListener('abort', () => resolve('interrupted'));
  const stop = listen(connection);
  const ending = await promise;
  stop();
  connection.dispose();
  // A stream that is read keeps the process alive.
  input.destroy();
  return ending;
}
