import {
  flagOf,
  type OptionRow,
  type OptionTexts,
  type OptionValues,
} from '../../engines/option-row.ts';
import { append } from '../collections/append.ts';
import { ownValue } from '../collections/own-value.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { auto } from './choose-target.ts';
import { type AnyTarget, targets } from './targets.ts';

/** What `--target` and the options of targets ask for, read and checked. */
export interface TargetIntent {
  /** As --target takes it. */
  readonly target: string;
  /** Every target's options, by its name. */
  readonly options: ReadonlyMap<string, unknown>;
}

/** What `--target` takes. */
export function targetNames(): readonly string[] {
  return [auto, ...targets.map(({ name }) => name)];
}

/** The options of all targets, each flag once; several targets may share one. */
export function targetOptionRows(): readonly OptionRow[] {
  const rows = targets.flatMap(({ options }) => options);
  return [...new Map(rows.toReversed().map((row) => [flagOf(row), row])).values()].toReversed();
}

/** The targets that the name may stand for. */
export function meantBy(name: string): readonly AnyTarget[] {
  return targets.filter((one) => (name === auto ? isFound(one) : one.name === name));
}

/** Whether `auto` may take it. */
export function isFound({ find, name }: AnyTarget): boolean {
  return find !== undefined || name === targets[0]?.name;
}

function textsFor({ options }: AnyTarget, given: OptionTexts): OptionTexts {
  const entries = options.flatMap(({ key }) => {
    const text = ownValue(given, key);
    return text === undefined ? [] : [[key, text] as const];
  });
  return Object.fromEntries(entries);
}

/** Options that were given and belong to other targets. */
function idleOptions(target: string, given: OptionTexts): readonly Diagnostic[] {
  const meant = new Set(meantBy(target).flatMap(({ options }) => options.map(flagOf)));
  return targetOptionRows()
    .filter((row) => ownValue(given, row.key) !== undefined && !meant.has(flagOf(row)))
    .map((row) => {
      const option = flagOf(row);
      const owners = targets.filter(({ options }) => options.some((one) => flagOf(one) === option));
      const names = owners.map(({ name }) => name);
      return createDiagnostic('option-idle', { option, target, targets: names });
    });
}

/** What is asked for, and the options that have no effect. */
export interface ReadIntent {
  readonly intent: TargetIntent;
  readonly warnings: readonly Diagnostic[];
}

/** Reads the options of every target that were given, whoever is meant. Throws DiagnosticError with all that cannot be. */
export async function readAll(
  target: string,
  givenTo: (one: AnyTarget) => OptionValues,
): Promise<TargetIntent> {
  const options = new Map<string, unknown>();
  const mistakes: Diagnostic[] = [];
  const meant = meantBy(target);
  for (const one of targets) {
    const given = givenTo(one);
    if (Object.keys(given).length === 0 && !meant.includes(one)) continue;
    try {
      options.set(one.name, await one.read(given));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(mistakes, error.diagnostics);
    }
  }
  // Several targets may have read the same option.
  const unique = new Map(mistakes.map((mistake) => [mistake.message, mistake]));
  if (unique.size > 0) throw new DiagnosticError([...unique.values()]);
  return { target, options };
}

/** Reads every option of a command line, whoever it is for. Throws DiagnosticError with all that cannot be; says which have no effect. */
export async function readTargetIntent(target: string, given: OptionTexts): Promise<ReadIntent> {
  const intent = await readAll(target, (one) => textsFor(one, given));
  return { intent, warnings: idleOptions(target, given) };
}
