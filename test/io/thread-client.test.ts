import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { ThreadClient } from '../../src/io/thread-client.ts';

const file = new URL('../fixtures/processes/failing-thread.mjs', import.meta.url);
const opened: ThreadClient[] = [];
afterEach(() => Promise.all(opened.splice(0).map((client) => client.close())));

function open(onFailure?: () => void): ThreadClient {
  const client = new ThreadClient(file, {}, onFailure);
  opened.push(client);
  return client;
}

const double = (client: ThreadClient, values: Float32Array, isLent = false) =>
  client.ask<Float32Array>('double', { values }, isLent ? [values.buffer as ArrayBuffer] : []);

describe('ThreadClient', () => {
  it('gives each task its own answer, whichever is waited for first', async () => {
    const client = open();
    const tasks = [1, 2, 3].map((value) => double(client, Float32Array.of(value)));
    const answers = await Promise.all(tasks.toReversed().map(({ answer }) => answer()));
    expect(answers.map(([value]) => value)).toEqual([6, 4, 2]);
  });

  it('hands over what is transferred', async () => {
    const values = Float32Array.of(1, 2);
    const task = double(open(), values, true);
    expect(values).toHaveLength(0);
    expect([...(await task.answer())]).toEqual([2, 4]);
  });

  it('tells what a task throws with its code, and goes on', async () => {
    const client = open();
    await expect(client.ask('refuse', {}).answer()).rejects.toMatchObject({
      message: 'it is refused',
      code: 'EACCES',
    });
    expect([...(await double(client, Float32Array.of(4)).answer())]).toEqual([8]);
  });

  it('fails every task that waits where the thread ends', async () => {
    let failures = 0;
    const client = open(() => {
      failures += 1;
    });
    const tasks = [client.ask('end', {}), client.ask('end', {})];
    for (const { answer } of tasks) await expect(answer()).rejects.toThrow(RangeError);
    expect(failures).toBe(1);
  });

  it('keeps no process alive that does not wait for it', () => {
    const client = new URL('../../src/io/thread-client.ts', import.meta.url);
    const script = `
      const { ThreadClient } = await import(${JSON.stringify(client.href)});
      const thread = new ThreadClient(new URL(${JSON.stringify(file.href)}));
      console.log(String(await thread.ask('double', { values: [21] }).answer()));
      // Has no answer for a minute.
      thread.ask('sleep', {});
    `;
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script],
      { encoding: 'utf8', timeout: 60_000 },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '42\n' });
  });
});
