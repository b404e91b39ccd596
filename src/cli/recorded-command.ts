/* The command in a manifest, read by the definition of `rcc compile`, so that it is given again and not guessed. */
import { Command, CommanderError, type Option } from 'commander';
import { shellText } from '../../engines/command-text.ts';
import type { Manifest } from '../compile/manifest.ts';
import { fromBase, fromHere } from '../compile/rebuild/find-base.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { type CompileCommandOptions, compileCommand, givenToCompile } from './commands/compile.ts';
import { precisionsOf } from './precision-options.ts';

/** A command line of `rcc compile` for one spec. */
export interface RecordedCommand {
  readonly command: Command;
  readonly spec: string;
}

/** What can be told of a command that was not recorded: the manifest's own words, without the files. */
function toldBy({ spec, precision, weights, form, onnx }: Manifest): readonly string[] {
  const [batch] = onnx.inputs[0]?.shape ?? [];
  return [
    'compile',
    spec.file,
    `--${precision}`,
    ...('seed' in weights ? ['--seed', String(weights.seed)] : []),
    ...('key' in weights && weights.key !== undefined ? [`--weights-key=${weights.key}`] : []),
    ...(form.input === 'float32' ? [] : ['--input-type', form.input]),
    ...(typeof batch === 'number' ? ['--batch', String(batch)] : []),
  ];
}

function parse(words: readonly string[]): Command {
  const command = new Command('compile').exitOverride().configureOutput({ writeErr: () => {} });
  compileCommand.declare(command);
  return command.action(() => {}).parse([...words], { from: 'user' });
}

/** Reads the command of a manifest. Throws DiagnosticError where there is none that can be given again. */
export function readRecorded(
  manifest: Manifest,
  path: string,
  isNamedAnew: boolean,
): RecordedCommand {
  const { command: words } = manifest;
  if (words === undefined && !isNamedAnew) fail('rebuild-command-missing', { path });
  const [name, ...rest] = words ?? toldBy(manifest);
  const refuse = (reason: string): never =>
    fail('rebuild-command-unreadable', {
      path,
      command: shellText(['rcc', ...(words ?? [])]),
      reason,
    });
  if (name !== 'compile') return refuse('it is no `rcc compile`.');
  try {
    const command = parse(rest);
    const [spec, ...others] = command.args;
    if (spec === undefined || others.length > 0) return refuse('it is not of one spec.');
    const asked = precisionsOf(command.opts());
    if (asked.join() !== manifest.precision)
      return refuse('it is not of the manifest’s precision.');
    command.setOptionValueWithSource('target', manifest.target, sourceOf(command, 'target'));
    return { command, spec };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return refuse(error.message.replace(/^error: /, ''));
  }
}

/** Whether it was said; a target that was found is named by the manifest alone. */
function sourceOf(command: Command, name: string): 'cli' | 'implied' {
  return command.getOptionValueSource(name) === 'cli' ? 'cli' : 'implied';
}

/** Whether an option's value may be a path. */
const takesPath = ({ flags }: Option): boolean => /\b(file|path|command)\b.*>/i.test(flags);

/** What a network is made from: always paths. */
const sources = ['weights', 'calibrate'];

/** Whether a text is a path at all: `shared` of --timing-cache and `docker run …` of --trtexec are none. */
function isPath(value: unknown, isThere: (path: string) => boolean): value is string {
  return typeof value === 'string' && isThere(value);
}

/** Puts what was given to `rcc rebuild` over what was recorded; paths are written from `base`, as those of the record are. */
export function override(
  { command }: RecordedCommand,
  given: Command,
  base: string,
  isThere: (path: string) => boolean,
): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (given.getOptionValueSource(name) !== 'cli' || name === 'output') continue;
    const value: unknown = given.getOptionValue(name);
    const isWritten = takesPath(option) && isPath(value, isThere);
    command.setOptionValueWithSource(name, isWritten ? fromBase(base, value) : value, 'cli');
  }
}

/** The options of the command, its paths as they are written from the current folder, and verified whatever it said: nothing is replaced unjudged. */
export function optionsFrom(
  { command }: RecordedCommand,
  base: string,
  isThere: (path: string) => boolean,
): CompileCommandOptions {
  command.setOptionValueWithSource('verify', true, 'default');
  const given = givenToCompile(command);
  const here = command.options.filter(takesPath).flatMap((option) => {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    if (typeof value !== 'string') return [];
    const path = fromHere(base, value);
    // What is missing there is told by its path, whoever wants it.
    return isThere(path) || sources.includes(name) ? [[name, path] as const] : [];
  });
  return { ...command.opts<CompileCommandOptions>(), ...Object.fromEntries(here), given };
}
