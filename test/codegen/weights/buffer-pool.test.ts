import { describe, expect, it } from 'vitest';
import { giveBack, takeBytes } from '../../../codegen/weights/buffer-pool.ts';

const large = 1 << 20;

describe('the buffer pool', () => {
  it('hands a buffer out again once it was given back', () => {
    const first = takeBytes(large);
    giveBack(first);
    const second = takeBytes(large - 5);
    expect(second.buffer).toBe(first.buffer);
    expect(second.length).toBe(large - 5);
  });

  it('never hands out what is in use', () => {
    const all = Array.from({ length: 6 }, () => takeBytes(large));
    expect(new Set(all.map(({ buffer }) => buffer)).size).toBe(6);
    for (const bytes of all) giveBack(bytes);
    giveBack(all[0] ?? new Uint8Array());
    const again = Array.from({ length: 6 }, () => takeBytes(large));
    expect(new Set(again.map(({ buffer }) => buffer)).size).toBe(6);
  });

  it('leaves arrays alone that are not its own', () => {
    const own = new Uint8Array(2 * large);
    giveBack(own);
    expect(takeBytes(2 * large).buffer).not.toBe(own.buffer);
  });
});
