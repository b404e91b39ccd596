import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path';
import { fail } from '../../../src/diagnostics/diagnostic.ts';

type Command = readonly [string, ...string[]];

/** How trtexec is started. */
export interface TrtexecTool {
  /** Program, or a prefix such as `docker run … trtexec`; `{dir}` stands for the artifact's folder. */
  readonly command: Command;
  /** Where it was found: `--trtexec`, `TRTEXEC`, `PATH`, `TENSORRT_HOME` or a usual place. */
  readonly source: string;
}

export interface FindRequest {
  /** Value of `--trtexec`: a program or a command prefix. */
  readonly trtexec?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where NVIDIA's Debian packages put it. */
const usualPlace = '/usr/src/tensorrt/bin';

/** Whether the file is there and may be run. */
async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Words of a command prefix: blanks separate, single or double quotes hold together. */
export function splitCommand(text: string): string[] {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

async function toolFromText(text: string, source: string): Promise<TrtexecTool | undefined> {
  const path = resolve(text);
  if (await isExecutable(path)) return { command: [path], source };
  const [program, ...rest] = splitCommand(text);
  return program ? { command: [program, ...rest], source } : undefined;
}

/** The program of that name in the folders of a PATH. */
export async function findOnPath(
  name: string,
  path: string | undefined,
): Promise<string | undefined> {
  for (const folder of (path ?? '').split(delimiter)) {
    const candidate = join(folder, name);
    if (isAbsolute(candidate) && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
}

/** Looks for trtexec: `--trtexec`, TRTEXEC, PATH, TENSORRT_HOME/bin, the usual place. Starts nothing. */
export async function findTrtexec({ trtexec, env }: FindRequest): Promise<TrtexecTool | undefined> {
  if (trtexec) return toolFromText(trtexec, '--trtexec');
  if (env.TRTEXEC) return toolFromText(env.TRTEXEC, 'TRTEXEC');
  const places = [
    ['PATH', env.PATH],
    ['TENSORRT_HOME', env.TENSORRT_HOME && join(env.TENSORRT_HOME, 'bin')],
    [usualPlace, usualPlace],
  ] as const;
  for (const [source, folders] of places) {
    const path = await findOnPath('trtexec', folders);
    if (path) return { command: [path], source };
  }
  return undefined;
}

/** As `findTrtexec`; throws `trtexec-not-found`. */
export async function requireTrtexec(request: FindRequest): Promise<TrtexecTool> {
  const tool = await findTrtexec(request);
  return tool ?? fail('trtexec-not-found', { places: 'PATH, TENSORRT_HOME/bin and TRTEXEC' });
}

/** Programs that hand their arguments to a shell on the other side, joined by blanks. */
const remoteShells = new Set(['ssh']);

/** Whether trtexec runs on another host, of which the programs of this one know nothing. */
export function isRemote({ command: [program] }: Pick<TrtexecTool, 'command'>): boolean {
  return remoteShells.has(basename(program));
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line for people: quoted so that it can be pasted into a shell. */
export function shellText(words: readonly string[]): string {
  return words.map(quoteForShell).join(' ');
}

/** Program and arguments for one run; `directory` is the folder that a container or host must show. */
export function toolCommand(
  tool: Pick<TrtexecTool, 'command'>,
  args: readonly string[],
  directory: string,
): Command {
  const [program, ...prefix] = tool.command;
  const words = prefix.map((word) => word.replaceAll('{dir}', directory));
  const given = isRemote(tool) ? args.map(quoteForShell) : args;
  return [program, ...words, ...given];
}
