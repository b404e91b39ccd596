import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { namesPath } from '../../diagnostics/rename-paths.ts';
import { positionAt, type Span } from '../../diagnostics/source.ts';
import { standardInput } from '../../io/standard-input.ts';
import type { JudgedCase, Place } from '../judged-case.ts';

/** What a command found, as formats write it. */
export interface Outcome {
  /** `verify` */
  readonly command: string;
  readonly exitCode: number;
  readonly cases: readonly JudgedCase[];
  readonly told: readonly LocatedDiagnostic[];
}

/** Lines and columns from 1, in UTF-16 units; `endColumn` is the first behind it. */
export interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Location {
  /** Relative to the folder of the sources, with slashes; absolute outside it. */
  readonly path: string;
  readonly region?: Region;
}

export interface LocatedDiagnostic {
  readonly diagnostic: Diagnostic;
  /** Absent where it concerns no file. */
  readonly location?: Location;
  /** What its fix changes; absent where it has none. */
  readonly fixed?: Location;
}

/** What a pipeline calls the folder of the sources, GitHub's and GitLab's word for it. */
const rootVariables = ['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'] as const;

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The folder that paths are told from: the repository's where a pipeline says it, else where rcc was started. */
export function sourceRoot(env: NodeJS.ProcessEnv, current: string): string {
  const told = rootVariables.flatMap((name) => env[name] || []);
  return told.find((folder) => isInside(current, folder)) ?? current;
}

function regionOf({ file, start, end }: Span): Region {
  const to = positionAt(file, end);
  return { ...positionAt(file, start), endLine: to.line, endColumn: to.column };
}

function locationOf({ path, span }: Place, root: string): Location | undefined {
  if (path === standardInput) return undefined;
  const absolute = resolve(path);
  const shown = isInside(absolute, root) ? relative(root, absolute) : absolute;
  return {
    path: shown.replaceAll(sep, '/'),
    ...(span ? { region: regionOf(span) } : {}),
  };
}

const placeOf = (span: Span): Place => ({ path: span.file.path, span });

const keyOf = ({ code, message, span }: Diagnostic): string =>
  JSON.stringify([code, message, span?.file.path, span?.start]);

/** What of the command line a diagnostic names, or the first of it: code scanning takes nothing that has no place. */
function subjectOf(diagnostic: Diagnostic, subjects: readonly string[]): Place | undefined {
  const path = subjects.find((subject) => namesPath(diagnostic, subject)) ?? subjects[0];
  return path === undefined ? undefined : { path };
}

/** A case for each error that belongs to none: something could not even be begun. */
function withoutCase(
  cases: readonly JudgedCase[],
  diagnostics: readonly Diagnostic[],
  subjects: readonly string[],
): readonly JudgedCase[] {
  const known = new Set(cases.flatMap((one) => one.diagnostics.map(keyOf)));
  return diagnostics
    .filter((diagnostic) => diagnostic.severity === 'error' && !known.has(keyOf(diagnostic)))
    .map((diagnostic) => {
      const place = subjectOf(diagnostic, subjects);
      const group = diagnostic.span?.file.path ?? place?.path ?? 'rcc';
      const told = { diagnostics: [diagnostic], place };
      return { group, name: diagnostic.code, verdict: 'error', ...told };
    });
}

/** Cases of one group and name get numbers behind the first. */
function numbered(cases: readonly JudgedCase[]): readonly JudgedCase[] {
  const counts = new Map<string, number>();
  return cases.map((one) => {
    const key = JSON.stringify([one.group, one.name]);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` };
  });
}

export interface OutcomeFacts {
  readonly command: string;
  readonly exitCode: number;
  readonly cases: readonly JudgedCase[];
  readonly diagnostics: readonly Diagnostic[];
  /** The arguments of the command line. */
  readonly subjects: readonly string[];
  /** See `sourceRoot`. */
  readonly root: string;
}

/** Every error belongs to a case, and every diagnostic is told once, at its own place or at that of its case. */
export function outcomeOf(facts: OutcomeFacts): Outcome {
  const { command, exitCode, diagnostics, subjects, root } = facts;
  const cases = numbered([...facts.cases, ...withoutCase(facts.cases, diagnostics, subjects)]);
  const told = new Map<string, LocatedDiagnostic>();
  const tell = (diagnostic: Diagnostic, place?: Place): void => {
    const { span } = diagnostic;
    const at = span ? placeOf(span) : (place ?? subjectOf(diagnostic, subjects));
    const location = at && locationOf(at, root);
    const key = keyOf(diagnostic);
    const fixed = diagnostic.fix && locationOf(placeOf(diagnostic.fix.span), root);
    const places = { ...(location ? { location } : {}), ...(fixed ? { fixed } : {}) };
    if (!told.has(key)) told.set(key, { diagnostic, ...places });
  };
  for (const one of cases) for (const each of one.diagnostics) tell(each, one.place);
  for (const diagnostic of diagnostics) tell(diagnostic);
  return { command, exitCode, cases, told: [...told.values()] };
}
