import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withBlock, withoutBlock } from '../../../src/cli/completion/rc-block.ts';
import { rccIn } from '../../helpers/cli.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rcc-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const rcc = (...argv: readonly string[]) =>
  rccIn({ env: { HOME: home, SHELL: '/bin/bash' } }, 'completion', ...argv);
const read = (path: string): Buffer => readFileSync(join(home, path));

const script = '.local/share/rcc/completion.bash';
const page = '.local/share/man/man1/rcc.1';
const fish = '.config/fish/completions/rcc.fish';

describe('rcc completion', () => {
  it('installs for the shell of the user, says what it wrote, and takes exactly that away', async () => {
    // In no encoding that is UTF-8, and without a last line end.
    const mine = Buffer.from([...Buffer.from('alias x=1\n# caf'), 0xe9]);
    writeFileSync(join(home, '.bashrc'), mine, { mode: 0o600 });
    const { exitCode, stdout } = await rcc('install');
    expect(exitCode).toBe(0);
    for (const path of [script, page, '.bashrc']) expect(stdout).toContain(join(home, path));
    expect(stdout).toContain('rcc completion remove');
    expect(read('.bashrc').subarray(0, mine.length)).toEqual(mine);
    expect(read('.bashrc').toString()).toContain(join(home, script));
    expect(statSync(join(home, '.bashrc')).mode & 0o777).toBe(0o600);
    expect(existsSync(join(home, '.zshrc'))).toBe(false);
    await rcc('remove');
    expect(read('.bashrc')).toEqual(Buffer.concat([mine, Buffer.from('\n')]));
    for (const path of [script, page]) expect(existsSync(join(home, path))).toBe(false);
  });

  it('changes nothing a second time', async () => {
    await rcc('install', 'bash', 'zsh', 'fish');
    const before = [script, '.bashrc', '.zshrc', fish, page].map(read);
    const { stdout } = await rcc('install', 'bash', 'zsh', 'fish');
    expect(stdout.match(/unchanged/g)).toHaveLength(6);
    expect([script, '.bashrc', '.zshrc', fish, page].map(read)).toEqual(before);
    expect((await rcc('remove')).stdout).toContain('lines removed');
    expect((await rcc('remove')).stdout).toContain('Nothing of rcc');
  });

  it('writes through a link, which stays one', async () => {
    mkdirSync(join(home, 'dotfiles'));
    writeFileSync(join(home, 'dotfiles/bashrc'), 'x=1\n');
    symlinkSync('dotfiles/bashrc', join(home, '.bashrc'));
    await rcc('install');
    expect(lstatSync(join(home, '.bashrc')).isSymbolicLink()).toBe(true);
    expect(read('dotfiles/bashrc').toString()).toContain('rcc completion');
    await rcc('remove');
    expect(read('dotfiles/bashrc').toString()).toBe('x=1\n');
  });

  it('leaves a file of somebody else alone, and writes nothing then', async () => {
    mkdirSync(join(home, '.config/fish/completions'), { recursive: true });
    writeFileSync(join(home, fish), 'complete -c rcc -a mine\n');
    const { exitCode, stderr } = await rcc('install', 'bash', 'fish');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('[completion-file-taken]')]);
    expect(existsSync(join(home, '.bashrc'))).toBe(false);
    await rcc('remove');
    expect(read(fish).toString()).toBe('complete -c rcc -a mine\n');
  });

  it('says where it has no script for a shell', async () => {
    const env = { HOME: home, SHELL: '/bin/dash' };
    const { exitCode, stderr } = await rccIn({ env }, 'completion', 'install');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/'dash'.*\[completion-shell-unknown\]\n {2}hint: .*install bash/);
  });

  it('says what cannot be written', async () => {
    if (process.getuid?.() === 0) return;
    chmodSync(home, 0o500);
    expect((await rcc('install')).exitCode).not.toBe(0);
    chmodSync(home, 0o700);
  });
});

it('lines in a file of the user’s come and go, whatever the rest is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, line) => {
      const lines = [line.replaceAll(/[\n\r]/g, '')];
      const once = withBlock(text, lines);
      expect(withBlock(once, lines)).toBe(once);
      expect(withBlock(once, ['other'])).toBe(withBlock(text, ['other']));
      const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
      expect(withoutBlock(once)).toBe(whole);
    }),
  );
});
