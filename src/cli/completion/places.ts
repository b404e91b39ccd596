import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { manPage } from './man-page.ts';
import { type Shell, scripts } from './scripts.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A file that is rcc's alone. */
export interface OwnFile {
  readonly path: string;
  readonly text: string;
}

/** Lines in a file that is the user's. */
export interface RcLines {
  readonly path: string;
  readonly lines: readonly string[];
}

/** What is installed for a shell, or for man. */
export interface Part {
  readonly file: OwnFile;
  /** Absent where the file is found without. */
  readonly rc?: RcLines | undefined;
}

const homeOf = (env: Env): string => env.HOME || homedir();
const dataOf = (env: Env): string => env.XDG_DATA_HOME || join(homeOf(env), '.local', 'share');
const configOf = (env: Env): string => env.XDG_CONFIG_HOME || join(homeOf(env), '.config');

const rcFiles: Readonly<Record<'bash' | 'zsh', (env: Env) => string>> = {
  bash: (env) => join(homeOf(env), '.bashrc'),
  zsh: (env) => join(env.ZDOTDIR || homeOf(env), '.zshrc'),
};

/** What a text is to a shell, whatever it holds. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The script of a shell, and the line that reads it. Fish finds it by its place. */
export function shellPart(shell: Shell, env: Env): Part {
  const text = scripts[shell];
  if (shell === 'fish') {
    return { file: { path: join(configOf(env), 'fish', 'completions', 'rcc.fish'), text } };
  }
  const path = join(dataOf(env), 'rcc', `completion.${shell}`);
  const lines = [`[ -r ${quoted(path)} ] && . ${quoted(path)}`];
  return { file: { path, text }, rc: { path: rcFiles[shell](env), lines } };
}

/** rcc(1), where man looks. */
export function manPart(program: Command, env: Env): Part {
  const path = join(dataOf(env), 'man', 'man1', 'rcc.1');
  return { file: { path, text: manPage(program) } };
}
