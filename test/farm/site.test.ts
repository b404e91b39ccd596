import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSite } from '../../src/farm/site.ts';
import { expectDiagnostic } from '../helpers/byte-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-site-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(site: unknown): string {
  const path = join(folder, 'site.json');
  writeFileSync(path, typeof site === 'string' ? site : JSON.stringify(site));
  return path;
}

describe('site.json', () => {
  it('needs little: the rest has defaults', async () => {
    const site = await readSite(written({ schemaVersion: 1, gpus: { t4: {} } }));
    expect(site).toEqual({
      schemaVersion: 1,
      gpus: { t4: {} },
      container: { runtime: 'none', arguments: [] },
      clocks: 'auto',
      limits: { minutes: 240, jobs: 16 },
    });
  });

  it.each([
    ['no JSON', '{', 'no JSON'],
    ['another version', { schemaVersion: 2, gpus: {} }, 'schemaVersion'],
    [
      'a partition that would end the line',
      { schemaVersion: 1, gpus: { t4: { partition: 'a\n#SBATCH -x' } } },
      'gpus.t4.partition',
    ],
    [
      'an account with a blank',
      { schemaVersion: 1, gpus: { t4: { account: 'a b' } } },
      'gpus.t4.account',
    ],
    [
      'a line of setup with a line end',
      { schemaVersion: 1, gpus: { t4: { setup: ['a\nb'] } } },
      'gpus.t4.setup.0',
    ],
    [
      'a host that is an option',
      { schemaVersion: 1, gpus: { t4: { hosts: [{ host: '-oProxyCommand=x' }] } } },
      'hosts.0.host',
    ],
    [
      'a runtime',
      { schemaVersion: 1, gpus: {}, container: { runtime: 'podman' } },
      'container.runtime',
    ],
  ])('is refused with %s', async (_, site, place) => {
    const { message } = await expectDiagnostic(() => readSite(written(site)), 'site-invalid');
    expect(message).toContain(place);
  });
});
