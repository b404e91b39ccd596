import { basename } from 'node:path';
import { quoteForShell } from './command-text.ts';

/** How a tool is started. */
export interface ToolCommand {
  /** Program, or a prefix such as `docker run … trtexec`; `{dir}` stands for the artifact's folder. */
  readonly command: readonly [string, ...string[]];
}

/** Programs that hand their arguments to a shell on the other side, joined by blanks. */
const remoteShells = new Set(['ssh']);

/** Whether the tool runs on another host, of which the programs of this one know nothing. */
export function isRemote({ command: [program] }: ToolCommand): boolean {
  return remoteShells.has(basename(program));
}

/** Program and arguments for one run; `directory` is the folder that a container or host must show. */
export function toolCommand(
  tool: ToolCommand,
  args: readonly string[],
  directory: string,
): ToolCommand['command'] {
  const [program, ...prefix] = tool.command;
  const words = prefix.map((word) => word.replaceAll('{dir}', directory));
  const given = isRemote(tool) ? args.map(quoteForShell) : args;
  return [program, ...words, ...given];
}
