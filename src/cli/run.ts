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
import { completeWord } from './completion/complete-word.ts';
import { refuseEmptyValues } from './empty-values.ts';
import { exitCodeOf } from './exit-codes.ts';
import { declareFormat, type Format } from './formats/formats.ts';
import { helpColumns, helpLayout } from './help.ts';
import { targetHelp } from './target-options.ts';
import { terminalOf } from './terminal.ts';

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

/** What --format of a judging command names; other commands have options of that name with values of their own. */
function formatOf(
  { judges }: CommandDefinition,
  options: { format?: unknown },
): Format | undefined {
  return judges ? (options.format as Format | undefined) : undefined;
}

interface ReportContext {
  readonly json: boolean;
  readonly quiet?: boolean | undefined;
  readonly format?: Format | undefined;
  /** The arguments of the command line. */
  readonly subjects?: readonly string[];
  readonly io: RunIo;
}

/** Writes a result in a format to stdout; what went wrong about it is told below, and is worse than a good end alone. */
async function reportInFormat(
  result: CommandResult,
  command: string,
  { format, subjects = [], io }: ReportContext & { readonly format: Format },
): Promise<readonly Diagnostic[]> {
  const { sourceRoot } = await import('./formats/outcome.ts');
  const { writeFormat } = await import('./formats/write-format.ts');
  const { cases = [], diagnostics = [] } = result;
  const root = sourceRoot(io.env, process.cwd());
  const exitCode = exitCodeOf(diagnostics);
  return await writeFormat(format, { command, exitCode, cases, diagnostics, subjects, root }, io);
}

async function textOf({ text }: CommandResult, io: RunIo): Promise<string> {
  if (text === undefined) return '';
  const { renderText } = await import('./text.ts');
  return renderText(text, terminalOf(io.stdout, io.env).columns);
}

async function report(
  result: CommandResult,
  command: string,
  context: ReportContext,
): Promise<number> {
  // Loaded when there is something to tell: --help and --version answer without it.
  const { diagnosticToJson, renderDiagnostics } = await import('../diagnostics/render.ts');
  const { visibleJson, visibleText } = await import('../diagnostics/printable.ts');
  const { io, json, format, quiet } = context;
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
  const rendering = terminalOf(io.stderr, io.env);
  const tell = (told: readonly Diagnostic[]): void => {
    for (const text of renderDiagnostics(told, rendering)) io.stderr.write(`${text}\n`);
  };
  // What matters most stands last: the result, and below it what makes it worthless.
  tell(diagnostics.filter(({ severity }) => severity !== 'error'));
  // Names of models, layers and files are in it, as somebody else wrote them.
  const text = format ? '' : await textOf(result, io);
  if (text) io.stdout.write(`${visibleText(text)}\n`);
  tell(diagnostics.filter(({ severity }) => severity === 'error'));
  if (result.next && exitCode === 0 && !quiet)
    io.stderr.write(`next: ${visibleText(result.next)}\n`);
  if (!format) return exitCode;
  const failures = await reportInFormat(result, command, { ...context, format });
  tell(failures);
  return exitCode || exitCodeOf(failures);
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

async function progressFor(
  { json, quiet }: GlobalOptions,
  format: Format | undefined,
  io: RunIo,
): Promise<Progress> {
  if (json || (quiet && format)) return silentProgress;
  const { createProgress, createQuietProgress } = await import('./progress.ts');
  if (quiet) return createQuietProgress(io.stderr);
  const progress = await createProgress(io.stderr, io.env);
  // Notes are part of what a format holds, and are told with it.
  return format ? { ...progress, note: silentProgress.note } : progress;
}

async function contextFor(
  options: GlobalOptions,
  format: Format | undefined,
  { io, signal }: { readonly io: RunIo; readonly signal: AbortSignal },
): Promise<Omit<CommandContext, 'show'>> {
  return {
    json: options.json === true,
    keepsNotes: options.json === true || format !== undefined,
    rendering: terminalOf(io.stderr, io.env),
    env: io.env,
    signal,
    progress: await progressFor(options, format, io),
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
      getOutHelpWidth: () => terminalOf(io.stdout, io.env).columns ?? helpColumns,
    })
    .configureHelp(helpLayout);
  for (const definition of commands) {
    const { parent, word } = placeOf(definition, program);
    const command = parent
      .command(word)
      .description(definition.description)
      .option('--json', 'print the result and all diagnostics as JSON')
      .option('-q, --quiet', 'no progress on stderr');
    definition.declare(command);
    if (definition.judges) declareFormat(command);
    command.hook('preAction', refuseEmptyValues);
    command.action(async (...values: unknown[]) => {
      const format = formatOf(definition, command.opts());
      const context = await contextFor(command.opts<GlobalOptions>(), format, { io, signal });
      const { json: isJson } = context;
      const { quiet } = command.opts<GlobalOptions>();
      const tell = async (result: CommandResult): Promise<void> => {
        const told = { json: isJson, quiet, format, subjects: command.args, io };
        exitCode = await report(result, definition.name, told);
      };
      await tell(await runCommand(definition, values, { ...context, show: tell }));
    });
  }
  if (argv[0] === completeWord) {
    const { complete } = await import('./completion/complete.ts');
    io.stdout.write(await complete(program, argv.slice(1)));
    return 0;
  }
  const page = targetHelp(helpTopic(argv) ?? '', terminalOf(io.stdout, io.env).columns);
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
