import type { Command } from 'commander';
import { fail } from '../diagnostics/diagnostic.ts';
import type { Connection } from '../server/connection.ts';
import type { ModelName } from '../server/metadata.ts';
import type { CommandContext } from './command.ts';
import { whole } from './whole-numbers.ts';

/** Which server runs the model, and under which name. */
export interface ServerCommandOptions {
  readonly server?: string;
  readonly model?: string;
  readonly modelVersion?: string;
  readonly serverTimeout?: number;
}

const usualTimeoutMs = 30_000;

export function declareServerOptions(command: Command): void {
  command
    .option('--server <url>', 'a running server, http://HOST:PORT (KServe v2, as Triton speaks it)')
    .option('--model <name>', 'with --server: the name under which it has the model')
    .option('--model-version <version>', "with --server: a version (default: the server's choice)")
    .option(
      '--server-timeout <ms>',
      `with --server: how long an answer may take, in milliseconds (default: ${usualTimeoutMs})`,
      whole(1, 3_600_000),
    );
}

/** Whether a server is meant. Throws DiagnosticError `server-option` where its options came without it. */
export function isForServer(
  options: ServerCommandOptions,
  others: Readonly<Record<string, unknown>> = {},
): boolean {
  const { server, model, modelVersion, serverTimeout } = options;
  const parts = {
    '--model': model,
    '--model-version': modelVersion,
    '--server-timeout': serverTimeout,
    ...others,
  };
  if (server !== undefined) return true;
  const [given] = Object.entries(parts).filter(([, value]) => value !== undefined);
  return given
    ? fail('server-option', { problem: `${given[0]} was given without --server` })
    : false;
}

/** The server and the model's name on it. Throws DiagnosticError. */
export async function serverOf(
  { server = '', model, modelVersion: version, serverTimeout }: ServerCommandOptions,
  { signal }: Pick<CommandContext, 'signal'>,
): Promise<{ readonly connection: Connection; readonly name: ModelName }> {
  if (model === undefined) {
    fail('server-option', { problem: '--server was given without --model' });
  }
  const { parseAddress } = await import('../server/connection.ts');
  const address = parseAddress(server);
  const connection = { address, timeoutMs: serverTimeout ?? usualTimeoutMs, signal };
  return { connection, name: { model, version } };
}
