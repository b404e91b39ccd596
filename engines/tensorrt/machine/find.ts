import { join, resolve } from 'node:path';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { splitCommand } from '../../command-text.ts';
import { findOnPath, isExecutable } from '../../find-program.ts';
import type { ToolCommand } from '../../tool-command.ts';

/** How trtexec is started. */
export interface TrtexecTool extends ToolCommand {
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

async function toolFromText(text: string, source: string): Promise<TrtexecTool | undefined> {
  const path = resolve(text);
  if (await isExecutable(path)) return { command: [path], source };
  const [program, ...rest] = splitCommand(text);
  return program ? { command: [program, ...rest], source } : undefined;
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
    const path = await findOnPath(['trtexec'], folders);
    if (path) return { command: [path], source };
  }
  return undefined;
}

/** As `findTrtexec`; throws `trtexec-not-found`. */
export async function requireTrtexec(request: FindRequest): Promise<TrtexecTool> {
  const tool = await findTrtexec(request);
  return tool ?? fail('trtexec-not-found', { places: 'PATH, TENSORRT_HOME/bin and TRTEXEC' });
}
