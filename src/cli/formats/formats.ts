import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Outcome } from './outcome.ts';

/** A form that the outcome of a judging command takes for another program. */
export interface Format {
  readonly name: string;
  /** Completes "print the verdicts for …". */
  readonly doc: string;
  /** Loaded when it is asked for. */
  load(): Promise<Formatter>;
}

export interface Formatter {
  /** The whole text for stdout; without a line end. */
  write(outcome: Outcome): string;
  /** What is added to a file that the pipeline names in the environment. */
  readonly summary?: {
    path(env: NodeJS.ProcessEnv): string | undefined;
    write(outcome: Outcome): string;
  };
}

/** The values of --format, beside text (without it) and --json. */
export const formats: readonly Format[] = [
  {
    name: 'github',
    doc: 'GitHub Actions (annotations and a job summary)',
    load: async () => (await import('./github.ts')).githubFormat,
  },
  {
    name: 'junit',
    doc: 'reports of tests (JUnit XML)',
    load: async () => (await import('./junit.ts')).junitFormat,
  },
  {
    name: 'sarif',
    doc: 'code scanning (SARIF 2.1.0)',
    load: async () => (await import('./sarif.ts')).sarifFormat,
  },
];

function readFormat(name: string): Format {
  const names = formats.map((format) => format.name).join(', ');
  const format = formats.find((each) => each.name === name);
  if (format) return format;
  const hint = name === 'json' ? ' JSON is what --json prints.' : '';
  throw new InvalidArgumentError(`It must be one of ${names}.${hint}`);
}

/** Declares --format, for commands whose outcome is verdicts. */
export function declareFormat(command: Command): void {
  const docs = formats.map(({ name, doc }) => `${name}: ${doc}`).join('; ');
  command.addOption(
    new Option('--format <name>', `print the verdicts for a pipeline; ${docs}`)
      .argParser(readFormat)
      .conflicts('json'),
  );
}
