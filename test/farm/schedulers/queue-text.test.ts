import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { aliveText } from '../../../src/farm/schedulers/queue-text.ts';

it('a task whose end its worker is about to write down has ended, and is not gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-queue-'));
  const queue = join(folder, 'queues', 'q');
  mkdirSync(join(queue, '0'), { recursive: true });
  const worker = spawn('sleep', ['60'], { env: { ...process.env, RCC_QUEUE: 'q' } });
  try {
    writeFileSync(join(queue, 'tasks'), 'aa\n');
    writeFileSync(join(queue, 'worker.0'), `${worker.pid}\n`);
    // No process has this number.
    writeFileSync(join(queue, '0', 'pid'), `${2 ** 22 + 1}\n`);
    setTimeout(() => writeFileSync(join(queue, '0', 'ended'), '0\n'), 500);
    const { stdout } = await promisify(execFile)('sh', ['-c', aliveText(folder, ['q'])]);
    expect(stdout).toBe('q_0 ended\nanswered\n');
  } finally {
    worker.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
