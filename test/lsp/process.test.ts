import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundledCli } from '../helpers/bundle.ts';
import { rcc } from '../helpers/cli.ts';
import { Editor } from '../helpers/editor.ts';
import { canTrace, readDeeds, traceInto } from '../helpers/strace.ts';

/* The server as a program: how it ends, and what it touches. */
const cli = await bundledCli();
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rcc-lsp-process-')));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

describe('rcc lsp ends', () => {
  it('when its editor says so', async () => {
    const editor = new Editor(cli, folder);
    await editor.start();
    expect(await editor.quit()).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('of %s', async (signal) => {
    const editor = new Editor(cli, folder);
    await editor.start();
    editor.server.kill(signal);
    expect(await editor.ended).toBe(130);
    expect(editor.log.join('')).toMatch(/\[interrupted\]/);
  });

  it('when its editor is gone', async () => {
    const editor = new Editor(cli, folder);
    await editor.start();
    editor.server.stdin?.end();
    expect(await editor.ended).toBe(1);
  });

  it('at once in a terminal, and says why', async () => {
    const { isTTY } = process.stdin;
    process.stdin.isTTY = true;
    try {
      const { exitCode, stderr } = await rcc('lsp');
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('[lsp-on-terminal]'),
      });
    } finally {
      process.stdin.isTTY = isTTY;
    }
  });
});

it.skipIf(process.platform === 'win32')('waits for no pipe that a spec uses', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe.rn')]);
  const editor = new Editor(cli, folder);
  await editor.start();
  await editor.open('a.rn', 'use "pipe.rn"\nmodel a { depth 18 }\n');
  expect((await editor.findings('a.rn', 0)).map(({ severity }) => severity)).toEqual([1]);
  expect(await editor.quit()).toBe(0);
});

it.skipIf(!canTrace)('reads what a spec uses, and nothing else that lies there', async () => {
  const place = join(folder, 'place');
  mkdirSync(join(place, 'sub'), { recursive: true });
  for (const name of ['base.rn', 'other.rn', 'w.pth', 'l.txt', 'sub/x.npy'])
    writeFileSync(join(place, name), 'model base { depth 18 }\n');
  const log = join(folder, 'trace');
  const editor = new Editor(cli, place, traceInto(log));
  await editor.start();
  const text =
    'use "base.rn"\nmodel a extends base { classes 5  weights "w.pth"  labels "l.txt" }\n';
  await editor.open('a.rn', text);
  expect(await editor.findings('a.rn', 0)).toEqual([]);
  await editor.ask('textDocument/hover', 'a.rn', text.replace('a ext', '|a ext'));
  await editor.ask('textDocument/completion', 'a.rn', text.replace('"w.pth', '"|w.pth'));
  await editor.askOf('textDocument/formatting', 'a.rn', text, { options: {} });
  await editor.quit();
  const { sockets, named, changed } = readDeeds(log, place);
  const inside = named.map((path) => relative(place, path)).filter((path) => !path.startsWith('.'));
  // The words of the command line are no paths.
  const read = new Set(inside.filter((path) => path !== 'lsp' && path !== '--stdio'));
  expect([...read].toSorted()).toEqual(['', 'base.rn']);
  expect(sockets).toEqual([]);
  expect(changed).toEqual([]);
});
