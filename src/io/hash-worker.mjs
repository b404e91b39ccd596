// @ts-check
/* The thread behind hash-thread.ts. */
import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { answerTasks } from './answer-tasks.mjs';

/** 256 KiB: stays in a core's cache between the read and the hash. */
const chunk = Buffer.allocUnsafe(1 << 18);

/** @type {Map<number, import('node:crypto').Hash>} */
const streams = new Map();
/** @type {Set<number>} */
const cancelled = new Set();

/** @param {number} stream */
function hashOf(stream) {
  const hash = streams.get(stream) ?? createHash('sha256');
  streams.set(stream, hash);
  return hash;
}

answerTasks({
  /**
   * A chunk a turn, so that bytes that somebody waits for are hashed in between.
   *
   * @param {{ id: number, descriptor: number }} message
   */
  async file({ id, descriptor }) {
    const hash = createHash('sha256');
    try {
      for (;;) {
        if (cancelled.delete(id)) throw new Error('the digest was given up');
        const count = readSync(descriptor, chunk);
        if (count === 0) return hash.digest('hex');
        hash.update(chunk.subarray(0, count));
        await setImmediate();
      }
    } finally {
      closeSync(descriptor);
    }
  },
  /** @param {{ file: number }} message */
  cancel({ file }) {
    cancelled.add(file);
  },
  /** @param {{ stream: number, parts: readonly Uint8Array[] }} message */
  update({ stream, parts }) {
    const hash = hashOf(stream);
    for (const part of parts) hash.update(part);
  },
  /** @param {{ stream: number }} message */
  digest({ stream }) {
    const hash = hashOf(stream);
    streams.delete(stream);
    return hash.digest('hex');
  },
});
