import {
  flagOf,
  type OptionRow,
  type OptionTexts,
  type OptionValues,
} from '../../engines/option-row.ts';
import { append } from '../collections/append.ts';
import { ownValue } from '../collections/own-value.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { requireKnown } from '../diagnostics/require-known.ts';
import { auto } from './choose-target.ts';
import { type AnyTarget, type TargetSettings, targets } from './targets.ts';

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
function meantBy(name: string): readonly AnyTarget[] {
  return targets.filter((one) => (name === auto ? isFound(one) : one.name === name));
}

/** Whether `auto` may take it. */
export function isFound({ find, name }: AnyTarget): boolean {
  return find !== undefined || name === targets[0]?.name;
}

function textsFor({ options }: AnyTarget, given: OptionTexts): OptionTexts {
  const entries = options.flatMap(({ key }) =>
    given[key] === undefined ? [] : [[key, given[key]] as const],
  );
  return Object.fromEntries(entries);
}

/** Options that were given and belong to other targets. */
function idleOptions(target: string, given: OptionTexts): readonly Diagnostic[] {
  const meant = new Set(meantBy(target).flatMap(({ options }) => options.map(flagOf)));
  return targetOptionRows()
    .filter((row) => given[row.key] !== undefined && !meant.has(flagOf(row)))
    .map((row) => {
      const option = flagOf(row);
      const owners = targets.filter(({ options }) => options.some((one) => flagOf(one) === option));
      const names = owners.map(({ name }) => name);
      return createDiagnostic('option-idle', { option, target, targets: names });
    });
}

/** What is asked for, and the options that have no effect. */
interface ReadIntent {
  readonly intent: TargetIntent;
  readonly warnings: readonly Diagnostic[];
}

/** Reads the options of every target that were given, whoever is meant. Throws DiagnosticError with all that cannot be. */
async function readAll(
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

/** The settings of one target that are no `undefined`. Throws DiagnosticError `argument-unknown` where it has no such option. */
function settingsFor({ name, options }: AnyTarget, settings: TargetSettings): OptionValues {
  const given = Object.entries(ownValue(settings, name) ?? {});
  const keys = options.map(({ key }) => key);
  for (const [key] of given) requireKnown(`${name} option`, key, keys);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** Settings of targets that are not meant. */
function idleSettings(target: string, settings: TargetSettings): readonly Diagnostic[] {
  const meant = meantBy(target);
  return targets
    .filter((one) => !meant.includes(one))
    .flatMap((one) =>
      Object.keys(settingsFor(one, settings)).map((key) => {
        const option = `${one.name}.${key}`;
        return createDiagnostic('option-idle', { option, target, targets: [one.name] });
      }),
    );
}

/** As `readTargetIntent`, for the settings of a program. */
export async function readTargetSettings(
  target: string,
  settings: TargetSettings,
): Promise<ReadIntent> {
  requireKnown('target', target, targetNames());
  const intent = await readAll(target, (one) => settingsFor(one, settings));
  return { intent, warnings: idleSettings(target, settings) };
}
