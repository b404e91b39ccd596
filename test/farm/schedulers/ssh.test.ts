import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { SchedulerRequest } from '../../../src/farm/scheduler.ts';
import { openScheduler } from '../../../src/farm/schedulers.ts';
import { expectDiagnostic } from '../../helpers/byte-sources.ts';
import { siteOf, smallFarm } from '../../helpers/small-farm.ts';

/** As ssh does: options, a host, and words that a shell reads joined by blanks, in the home of the other side. Hosts named `gone…` are not there. */
const standIn = `#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
case $1 in gone*) echo "ssh: connect to host $1 port 22: No route to host" >&2; exit 255 ;; esac
shift
cd / && exec sh -c "$*"
`;

const folder = mkdtempSync(join(tmpdir(), 'rcc-ssh-'));
const programs = join(folder, 'bin');
mkdirSync(programs);
writeFileSync(join(programs, 'ssh'), standIn);
chmodSync(join(programs, 'ssh'), 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = ['aa', 'bb', 'cc'];
const tasks = keys.map((key) => ({ key, gpu: 't4', limitMinutes: 4 }));

function requestOf(hosts: readonly Readonly<Record<string, unknown>>[]) {
  const farm = smallFarm(keys, folder);
  const env = { PATH: `${programs}:${process.env.PATH}` };
  const request: SchedulerRequest = { farm, site: siteOf({ gpus: { t4: { hosts } } }), env };
  return { farm, request };
}

it('cells are dealt to hosts, run from copies of their kits, and come back', async () => {
  const directory = join(folder, 'elsewhere');
  const { farm, request } = requestOf([{ host: 'lab-1', directory }, { host: 'lab-2' }]);
  const ssh = await openScheduler('ssh', request);
  const { submitted, diagnostics } = await ssh.submit(tasks);
  expect(diagnostics).toEqual([]);
  const ids = submitted.map(({ id }) => id);
  const where = async () =>
    [...(await ssh.alive(ids)).tasks.values()].map(({ node }) => node).toSorted();
  await expect.poll(where, { timeout: 10_000 }).toEqual(['lab-1', 'lab-1', 'lab-2']);
  farm.go();
  writeFileSync(join(directory, 'go'), '');
  await expect.poll(where, { timeout: 20_000 }).toEqual([]);
  for (const { key, id } of submitted) expect(farm.ending(key, `${id}.0`)).toBe('done');
});

it('a host that is gone loses nothing: its cells are unknown, and are not given to another', async () => {
  const { farm, request } = requestOf([{ host: 'lab-1' }]);
  const ssh = await openScheduler('ssh', request);
  const { submitted } = await ssh.submit(tasks.slice(0, 1));
  // The record says now that the queue is on a host that does not answer.
  const queue = submitted[0]?.id.split('_')[0] ?? '';
  const path = join(farm.directory, 'queues', `${queue}.json`);
  writeFileSync(
    path,
    JSON.stringify({ on: 'ssh', host: 'gone-1', directory: farm.directory, keys: ['aa'] }),
  );
  const again = await ssh.submit(tasks.slice(0, 1));
  expect(again.submitted).toEqual([]);
  expect(again.alreadyThere).toEqual(submitted);
  expect(again.diagnostics).toMatchObject([
    { code: 'scheduler-silent', details: [expect.stringContaining('No route to host')] },
  ]);
  farm.go();
  await expect
    .poll(() => farm.attempts('aa').map((each) => farm.ending('aa', each)), { timeout: 20_000 })
    .toEqual(['done']);
});

it('what one host does not take, the others do not lose', async () => {
  const { farm, request } = requestOf([{ host: 'gone-1' }, { host: 'lab-2' }]);
  const ssh = await openScheduler('ssh', request);
  farm.go();
  const { submitted, diagnostics } = await ssh.submit(tasks);
  expect(submitted.map(({ key }) => key)).toEqual(['bb']);
  expect(diagnostics.map(({ code }) => code)).toEqual(['submit-refused']);
});

it('a class without hosts is named', async () => {
  const { request } = requestOf([{ host: 'lab-1' }]);
  const ssh = await openScheduler('ssh', { ...request, site: siteOf({ gpus: { t4: {} } }) });
  const { message } = await expectDiagnostic(() => ssh.submit(tasks), 'site-no-hosts');
  expect(message).toContain('t4');
});
