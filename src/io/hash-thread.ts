/* SHA-256 in a thread of its own, one for the process, so that it costs little time beside other work on the same bytes. */
import { ThreadClient } from './thread-client.ts';

let running: ThreadClient | undefined;

function hashThread(): ThreadClient {
  running ??= new ThreadClient(
    new URL('./hash-worker.mjs', import.meta.url),
    {
      // It closes files that it did not open.
      trackUnmanagedFds: false,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 12 },
    },
    () => {
      running = undefined;
    },
  );
  return running;
}

/** A SHA-256 that is being made, in lower-case hexadecimal. */
export interface HashJob {
  /** Rejects with the system's error where the file cannot be read. */
  digest(): Promise<string>;
  /** Gives the work up; a digest that is waited for rejects. */
  cancel(): void;
}

/** Hashes the file behind a descriptor from its start to its end, and closes it. The caller opened it: what waits in an open keeps a process from ending. */
export function startFileHash(descriptor: number): HashJob {
  const thread = hashThread();
  const { id, answer } = thread.ask<string>('file', { descriptor });
  return {
    digest: answer,
    cancel: () => thread.tell('cancel', { file: id }),
  };
}

/** A SHA-256 of bytes that come one after another. */
export interface HashStream {
  /** The bytes stay as they are until it resolves. */
  update(parts: readonly Uint8Array[]): Promise<void>;
  digest(): Promise<string>;
}

let lastStream = 0;

export function startHash(): HashStream {
  const thread = hashThread();
  lastStream += 1;
  const stream = lastStream;
  return {
    update: (parts) => thread.ask<void>('update', { stream, parts }).answer(),
    digest: () => thread.ask<string>('digest', { stream }).answer(),
  };
}
