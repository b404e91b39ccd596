/* Completion in the shells themselves: bash and zsh are typed into in a terminal, fish says what it would show. Where a shell is absent its tests are skipped. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { bundledCli } from '../../helpers/bundle.ts';
import { hasProgram, openScreen, type Screen } from '../../helpers/terminal.ts';

const home = mkdtempSync(join(tmpdir(), 'rcc-shells-'));
const work = join(home, 'work');
let cli = '';
const env = {
  HOME: home,
  PATH: [join(home, 'bin'), process.env.PATH].join(delimiter),
  SHELL: '/bin/bash',
  TERM: 'xterm',
};

beforeAll(async () => {
  cli = await bundledCli();
  mkdirSync(join(home, 'bin'));
  mkdirSync(join(work, 'sub'), { recursive: true });
  for (const name of ['mine.rn', 'other.txt', 'with space.rn']) writeFileSync(join(work, name), '');
  writeFileSync(join(home, 'bin', 'rcc'), `#!/bin/sh\nexec ${process.execPath} ${cli} "$@"\n`);
  chmodSync(join(home, 'bin', 'rcc'), 0o755);
  writeFileSync(join(home, '.zshrc'), "PS1='$ '\n");
  writeFileSync(join(home, '.bashrc'), "PS1='$ '\n");
  execFileSync('rcc', ['completion', 'install', 'bash', 'zsh', 'fish'], { env });
}, 120_000);

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(dirname(cli), { recursive: true, force: true });
});

/** What is typed before a tab, and what stands there afterwards. */
const completed: readonly (readonly [typed: string, then: string])[] = [
  ['rcc estim', 'rcc estimate'],
  ['rcc compile --fp1', 'rcc compile --fp16'],
  ['rcc compile --target tensorrt-', 'rcc compile --target tensorrt-rtx'],
  ['rcc compile --target=on', 'rcc compile --target=onnx'],
  ['rcc bench --precision fp32,in', 'rcc bench --precision fp32,int8'],
  ['rcc compare a b --against mm', 'rcc compare a b --against mmdeploy-t4'],
  ['rcc compare a b --against published:t', 'rcc compare a b --against published:t4'],
  ['rcc pack resnet18 --gpu xav', 'rcc pack resnet18 --gpu xavier'],
  ['rcc pack resnet18 --trt 8.5', 'rcc pack resnet18 --trt 8.5'],
  ['rcc compile mi', 'rcc compile mine.rn'],
  ['rcc compile wi', 'rcc compile with\\ space.rn'],
  ['rcc compile resnet101_vd_', 'rcc compile resnet101_vd_ssld'],
  ['rcc compile --weights ot', 'rcc compile --weights other.txt'],
  ['rcc compile --weights=ot', 'rcc compile --weights=other.txt'],
  ['rcc check-engine su', 'rcc check-engine sub/'],
  ['rcc farm stat', 'rcc farm status'],
];

describe.each([
  ['bash', ['bash', '-i']],
  ['zsh', ['zsh', '-i']],
])('%s', (name, command) => {
  describe.skipIf(!hasProgram('tmux') || !hasProgram(name))('in a terminal', () => {
    let screen: Screen;
    beforeAll(async () => {
      screen = openScreen(command, work, env);
      await screen.until((text) => text.includes('$'));
    }, 60_000);
    afterAll(() => screen.close());

    it.each(completed)('%s', async (typed, then) => {
      screen.press('C-u');
      screen.press('C-l');
      await screen.until((text) => text.trim().length < 4);
      screen.type(typed);
      screen.press('Tab');
      await screen.until((text) => text.includes(`$ ${then}`));
    });

    it('lists what there is, on two tabs', async () => {
      screen.press('C-u');
      screen.press('C-l');
      await screen.until((text) => text.trim().length < 4);
      screen.type('rcc compile --fp');
      screen.press('Tab');
      screen.press('Tab');
      const text = await screen.until((shown) => shown.includes('--fp8'));
      expect(text).toContain('--fp32');
    });
  });
});

describe.skipIf(!hasProgram('fish'))('fish', () => {
  const offered = (line: string): readonly string[] =>
    execFileSync('fish', ['-c', 'complete -C $argv[1]', line], { cwd: work, env, encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .map((one) => one.split('\t')[0] ?? '');

  it.each(completed)('%s', (typed, then) => {
    const last = then.replaceAll('\\ ', '\u00a0').split(' ').at(-1)?.replaceAll('\u00a0', ' ');
    expect(offered(typed)).toContain(last);
  });

  it('shows the help of each option', () => {
    const line = 'rcc compile --fp';
    const options = { cwd: work, env, encoding: 'utf8' } as const;
    const text = execFileSync('fish', ['-c', 'complete -C $argv[1]', line], options);
    expect(text).toContain('--fp16\ttyped float16');
  });
});

describe.skipIf(!hasProgram('man'))('man', () => {
  it('reads the page without a complaint, with every command in it', () => {
    const path = join(home, '.local/share/man/man1/rcc.1');
    const { stdout, stderr, status } = spawnSync('man', ['--warnings', '-l', path], {
      env: { ...env, MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    for (const { name } of commands) expect(stdout).toContain(`rcc ${name}`);
    expect(readFileSync(path, 'utf8')).toMatch(/^\.\\" Written by `rcc completion install`/);
  });
});
