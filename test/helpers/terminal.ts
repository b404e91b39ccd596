/* Real terminals for tests: script(1) gives a program one of a certain width, tmux one that is typed into. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a program is on this machine. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

const script = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' });

/** Whether script(1) is the one of util-linux; that of BSD takes other options. */
export const hasScript = script.status === 0;

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** What a terminal of so many columns is sent by a program, carriage returns left out. */
export function inTerminal(
  columns: number,
  command: readonly string[],
  env: NodeJS.ProcessEnv = {},
): string {
  const line = `stty cols ${columns} rows 50; ${command.map(quoted).join(' ')}`;
  return spawnSync('script', ['-qec', line, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm', ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  }).stdout.replaceAll('\r', '');
}

/** A terminal that is typed into. */
export interface Screen {
  type(text: string): void;
  /** A key by the name that tmux gives it: `Tab`, `Enter`. */
  press(key: string): void;
  /** What is to be seen, when it is. */
  until(isWanted: (screen: string) => boolean): Promise<string>;
  close(): void;
}

/** Starts a program in a terminal of 80 columns, in a folder. */
export function openScreen(
  command: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Screen {
  const home = mkdtempSync(join(tmpdir(), 'rcc-tmux-'));
  const tmux = (...words: readonly string[]): string =>
    execFileSync('tmux', ['-S', join(home, 'socket'), '-f', '/dev/null', ...words], {
      encoding: 'utf8',
    });
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const line = ['env', ...variables, ...command].map(quoted).join(' ');
  tmux('new-session', '-d', '-x', '80', '-y', '50', '-c', folder, line);
  return {
    type: (text) => tmux('send-keys', '-l', text),
    press: (key) => tmux('send-keys', key),
    async until(isWanted) {
      let screen = '';
      for (let round = 0; round < 200; round += 1) {
        screen = tmux('capture-pane', '-p');
        if (isWanted(screen)) return screen;
        await sleep(100);
      }
      throw new Error(`The terminal shows something else:\n${screen}`);
    },
    close() {
      spawnSync('tmux', ['-S', join(home, 'socket'), 'kill-server']);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
