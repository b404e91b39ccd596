import { Command, CommanderError } from 'commander';
import { ownValue } from '../collections/own-value.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { version } from '../version.ts';
import {
  type CommandContext,
  type CommandDefinition,
  type CommandResult,
  type Progress,
  silentProgress,
} from './command.ts';
import { commandGroups, commands } from './commands.ts';
import { refuseEmptyValues } from './empty-values.ts';
import { exitCodeOf } from './exit-codes.ts';
import { targetHelp } from './target-options.ts';

/** The streams of a run, so that tests can watch them. */
export interface RunIo {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

function wantsColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  return Boolean(env.FORCE_COLOR && env.FORCE_COLOR !== '0') || stream.isTTY === true;
}

async function report(
  result: CommandResult,
  command: string,
  context: { json: boolean; io: RunIo },
): Promise<number> {
  // Loaded when there is something to tell: --help and --version answer without it.
  const { diagnosticToJson, renderDiagnostics } = await import('../diagnostics/render.ts');
  const { visibleJson, visibleText } = await import('../diagnostics/printable.ts');
  const { io, json } = context;
  const diagnostics = result.diagnostics ?? [];
  const exitCode = exitCodeOf(diagnostics);
  if (json) {
    const data = {
      command,
      ok: exitCode === 0,
      ...(result.data === undefined ? {} : { result: result.data }),
      diagnostics: diagnostics.map(diagnosticToJson),
    };
    io.stdout.write(`${visibleJson(data)}\n`);
    return exitCode;
  }
  const color = wantsColor(io.stderr, io.env);
  const tell = (isWanted: (diagnostic: Diagnostic) => boolean): void => {
    for (const text of renderDiagnostics(diagnostics.filter(isWanted), { color }))
      io.stderr.write(`${text}\n`);
  };
  // What matters most stands last: the result, and below it what makes it worthless.
  tell(({ severity }) => severity !== 'error');
  // Names of models, layers and files are in it, as somebody else wrote them.
  if (result.text) io.stdout.write(`${visibleText(result.text)}\n`);
  tell(({ severity }) => severity === 'error');
  return exitCode;
}

/** What went wrong as diagnostics; what nobody foresaw is a bug, and is told with its stack. */
function diagnosticsOf(error: unknown, signal: AbortSignal): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  if (signal.reason instanceof DiagnosticError) return signal.reason.diagnostics;
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return [createDiagnostic('internal-error', { message }, { details: stack.split('\n').slice(1) })];
}

function usageDiagnostic(error: CommanderError): Diagnostic {
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n');
  return createDiagnostic('command-line', { message }, { hint: hint?.replace(/^\((.*)\)$/, '$1') });
}

async function progressFor({ json, quiet }: GlobalOptions, io: RunIo): Promise<Progress> {
  if (json) return silentProgress;
  const { createProgress, createQuietProgress } = await import('./progress.ts');
  return quiet
    ? createQuietProgress(io.stderr)
    : createProgress(io.stderr, wantsColor(io.stderr, io.env));
}

async function contextFor(
  options: GlobalOptions,
  io: RunIo,
  signal: AbortSignal,
): Promise<CommandContext> {
  return {
    json: options.json === true,
    color: wantsColor(io.stderr, io.env),
    env: io.env,
    signal,
    progress: await progressFor(options, io),
  };
}

async function runCommand(
  definition: CommandDefinition,
  values: readonly unknown[],
  context: CommandContext,
): Promise<CommandResult> {
  try {
    return await definition.run(values, context);
  } catch (error) {
    return { diagnostics: diagnosticsOf(error, context.signal) };
  } finally {
    context.progress.stop();
  }
}

/** The command that words name; `rcc` where it is none. */
function nameOfCommand([first = '', second = '']: readonly string[]): string {
  const meant = [first, `${first} ${second}`];
  return commands.find(({ name }) => meant.includes(name))?.name ?? 'rcc';
}

/** What follows `help` or `--help`. */
function helpTopic(argv: readonly string[]): string | undefined {
  const at = argv[0] === 'help' ? 0 : argv.findIndex((word) => word === '--help' || word === '-h');
  return at < 0 ? undefined : argv[at + 1];
}

/** Where a command hangs: those of two words below their group. */
function placeOf({ name }: CommandDefinition, program: Command) {
  const [first = '', second] = name.split(' ');
  if (second === undefined) return { parent: program, word: first };
  const known = program.commands.find((command) => command.name() === first);
  const description = ownValue(commandGroups, first) ?? '';
  const made = () => program.command(first).description(description).helpCommand(false);
  return { parent: known ?? made(), word: second };
}

/** Runs one command line and gives the exit code; nothing here ends the process. */
export async function run(
  argv: readonly string[],
  io: RunIo,
  signal: AbortSignal,
): Promise<number> {
  let exitCode = 0;
  const json = argv.includes('--json');
  const program = new Command('rcc')
    .description(
      'Compiles a ResNet description and its weights into a verified, timed inference engine.',
    )
    .version(version, '-V, --version')
    .helpCommand(
      'help [topic]',
      'show the options of a command, or of a target (rcc help tensorrt)',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => undefined,
    });
  for (const definition of commands) {
    const { parent, word } = placeOf(definition, program);
    const command = parent
      .command(word)
      .description(definition.description)
      .option('--json', 'print the result and all diagnostics as JSON')
      .option('-q, --quiet', 'no progress on stderr');
    definition.declare(command);
    command.hook('preAction', refuseEmptyValues);
    command.action(async (...values: unknown[]) => {
      const context = await contextFor(command.opts<GlobalOptions>(), io, signal);
      const result = await runCommand(definition, values, context);
      exitCode = await report(result, definition.name, { json: context.json, io });
    });
  }
  const page = targetHelp(helpTopic(argv) ?? '');
  if (page !== undefined) {
    io.stdout.write(page);
    return 0;
  }
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return 2;
    }
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') {
      program.commands.find((group) => group.name() === argv[0])?.outputHelp();
      return 2;
    }
    const command = nameOfCommand(argv);
    return await report({ diagnostics: [usageDiagnostic(error)] }, command, { json, io });
  }
  return exitCode;
}
