import type { OptionValues } from '../../engines/option-row.ts';
import { ownValue } from '../collections/own-value.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { requireKnown } from '../diagnostics/require-known.ts';
import { meantBy, type ReadIntent, readAll, targetNames } from './target-options.ts';
import { type AnyTarget, type TargetSettings, targets } from './targets.ts';

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
