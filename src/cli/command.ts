import type { Command } from 'commander';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { RenderOptions } from '../diagnostics/render.ts';
import type { JudgedCase } from './judged-case.ts';
import type { Text } from './text.ts';

/** What a command is handed beside its arguments. */
export interface CommandContext {
  readonly json: boolean;
  /** Whether notes that were shown on the way belong to the diagnostics too: a program reads them. */
  readonly keepsNotes: boolean;
  /** How diagnostics are shown on stderr. */
  readonly rendering: RenderOptions;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Prints a result before the command ends: it watches something. */
  show(result: CommandResult): Promise<void>;
}

/** Shows what is going on, on stderr: a live line on a terminal, finished lines elsewhere, notes alone with --quiet, nothing with --json. */
export interface Progress {
  heading(text: string): void;
  start(phase: string): void;
  /** What the phase that runs is doing; shown on a terminal only. */
  update(text: string): void;
  /** Ends the phase that runs. */
  finish(phase: string, detail: string, elapsedMs: number): void;
  /** What went wrong while the others go on. */
  fail(text: string): void;
  note(text: string): void;
  /** Ends what is shown of a phase that did not finish. */
  stop(): void;
}

/** What a command gives back: run.ts prints it and derives the exit code. */
export interface CommandResult {
  /** For people, on stdout; without a line end. */
  readonly text?: Text;
  /** The command that comes next, for people: told last, on stderr. */
  readonly next?: string | undefined;
  /** For machines, on stdout with --json. */
  readonly data?: unknown;
  /** What was judged, for --format. */
  readonly cases?: readonly JudgedCase[];
  readonly diagnostics?: readonly Diagnostic[];
}

export const silentProgress: Progress = {
  heading() {},
  start() {},
  update() {},
  finish() {},
  fail() {},
  note() {},
  stop() {},
};

/** One command of the command line. What it needs is imported when it runs, so that --help answers at once. */
export interface CommandDefinition {
  /** One word, or two: that of a group and its own. */
  readonly name: string;
  readonly description: string;
  /** Whether its outcome is verdicts, which --format writes. */
  readonly judges?: true;
  /** Declares arguments and options. */
  declare(command: Command): void;
  /** Gets commander's values: the arguments in order, then the options. */
  run(values: readonly unknown[], context: CommandContext): Promise<CommandResult>;
}
