import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { basesOf } from '../../../src/compile/rebuild/find-base.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rcc-find-base-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the folders that a recorded path may be relative to', () => {
  it('end at the root of the repository that the artifact lies in', () => {
    const artifact = join(folder, 'repository/build/net');
    mkdirSync(artifact, { recursive: true });
    mkdirSync(join(folder, 'repository/.git'));
    const above = [artifact, dirname(artifact), join(folder, 'repository')];
    expect(basesOf(artifact, undefined)).toEqual([resolve('.'), ...above]);
  });

  it('end at the home folder', () => {
    const artifact = join(homedir(), 'rcc-nowhere/net');
    const above = [artifact, dirname(artifact), resolve(homedir())];
    expect(basesOf(artifact, undefined)).toEqual([resolve('.'), ...above]);
  });

  it('are never the root of the file system', () => {
    expect(basesOf(folder, undefined)).toContain(dirname(folder));
    expect(basesOf(folder, undefined)).not.toContain('/');
  });
});
