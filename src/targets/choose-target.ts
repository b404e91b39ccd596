import type { Target, TargetRequest } from '../../engines/target.ts';
import { isFound, type TargetIntent } from './target-options.ts';
import { type AnyTarget, targets } from './targets.ts';

/** The first target that can be found here. */
export const auto = 'auto';

/** The first target that is found here, else the first of the list with the reasons why. */
async function chooseByItself(
  optionsOf: (target: AnyTarget) => unknown,
  request: TargetRequest,
): Promise<Target> {
  const reasons: string[] = [];
  for (const target of targets.filter(isFound)) {
    const found = await target.find?.(optionsOf(target), request);
    if (typeof found === 'object') return found;
    if (found !== undefined) reasons.push(found.replace(/\.$/, ''));
  }
  const [last] = targets;
  if (!last) throw new Error('there are no targets');
  const chosen = await last.choose(optionsOf(last), request);
  return { ...chosen, reason: `${chosen.reason} (${reasons.join('; ')})` };
}

/** The target that is asked for. Throws DiagnosticError where it is not to be had; `auto` falls back to the first and says why. */
export async function chooseTarget(
  { target: name, options }: TargetIntent,
  request: TargetRequest,
): Promise<Target> {
  const optionsOf = (target: AnyTarget): unknown => options.get(target.name);
  if (name === auto) return await chooseByItself(optionsOf, request);
  const target = targets.find((one) => one.name === name);
  if (!target) throw new Error(`there is no target ${name}`);
  return await target.choose(optionsOf(target), request);
}
