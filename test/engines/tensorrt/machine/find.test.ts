import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findTrtexec, requireTrtexec } from '../../../../engines/tensorrt/machine/find.ts';
import { diagnosticsOf } from '../helpers.ts';

const directory = await mkdtemp(join(tmpdir(), 'rcc-find-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

async function program(...path: string[]): Promise<string> {
  const file = join(directory, ...path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
  return file;
}

describe('where trtexec is', () => {
  test('--trtexec, TRTEXEC, PATH, TENSORRT_HOME, in this order', async () => {
    const onPath = await program('path', 'trtexec');
    const atHome = await program('home', 'bin', 'trtexec');
    const named = await program('a folder', 'trtexec');
    const env = {
      TRTEXEC: atHome,
      PATH: `${directory}/nothing:${directory}/path`,
      TENSORRT_HOME: join(directory, 'home'),
    };
    expect(await findTrtexec({ trtexec: named, env })).toEqual({
      command: [named],
      source: '--trtexec',
    });
    expect(await findTrtexec({ env })).toEqual({ command: [atHome], source: 'TRTEXEC' });
    const { TRTEXEC: _, ...others } = env;
    expect(await findTrtexec({ env: others })).toEqual({ command: [onPath], source: 'PATH' });
    const { PATH: __, ...home } = others;
    expect(await findTrtexec({ env: home })).toEqual({
      command: [atHome],
      source: 'TENSORRT_HOME',
    });
  });

  test('a command prefix is split, a program that is not there is left to fail by name', async () => {
    const docker = 'docker run --rm --gpus all -v {dir}:{dir} "my image" trtexec';
    expect((await findTrtexec({ trtexec: docker, env: {} }))?.command).toEqual([
      'docker',
      'run',
      '--rm',
      '--gpus',
      'all',
      '-v',
      '{dir}:{dir}',
      'my image',
      'trtexec',
    ]);
  });

  test('nowhere', async () => {
    expect(await findTrtexec({ env: { PATH: directory } })).toBeUndefined();
    const [diagnostic] = await diagnosticsOf(requireTrtexec({ env: {} }));
    expect(diagnostic?.code).toBe('trtexec-not-found');
    expect(diagnostic?.hint).toContain('{dir}:{dir}');
  });

  test('a file that may not be run is not taken', async () => {
    const file = await program('plain', 'trtexec');
    await chmod(file, 0o644);
    expect(await findTrtexec({ env: { PATH: join(directory, 'plain') } })).toBeUndefined();
  });
});
