import { type Target, type TargetRequest, takesPrecision } from '../../engines/target.ts';
import { createDiagnostic, type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { isFound, type TargetIntent } from './target-options.ts';
import { type AnyTarget, targets } from './targets.ts';

/** The first target that can be found here. */
export const auto = 'auto';

/** What speaks against a target whatever the machine: it does not compute in the precision. */
function refusalOf(target: AnyTarget, { precision }: TargetRequest): Diagnostic | undefined {
  if (takesPrecision(target, precision)) return undefined;
  const able = targets.filter((one) => takesPrecision(one, precision)).map(({ name }) => name);
  const { title } = target;
  return createDiagnostic('precision-not-of-target', { precision, target: title, able });
}

async function chooseOne(
  target: AnyTarget,
  options: unknown,
  request: TargetRequest,
): Promise<Target> {
  const refusal = refusalOf(target, request);
  if (refusal) throw new DiagnosticError([refusal]);
  return await target.choose(options, request);
}

/** A target where it can be used here, else why not; nothing of one that does not compute in the precision anywhere. */
async function find(
  target: AnyTarget,
  options: unknown,
  request: TargetRequest,
): Promise<Target | string | undefined> {
  if (refusalOf(target, request)) return undefined;
  return await target.find?.(options, request);
}

/** The first target that is found here, else the first of the list with the reasons why. */
async function chooseByItself(
  optionsOf: (target: AnyTarget) => unknown,
  request: TargetRequest,
): Promise<Target> {
  const reasons: string[] = [];
  for (const target of targets.filter(isFound)) {
    const found = await find(target, optionsOf(target), request);
    if (typeof found === 'object') return found;
    if (found !== undefined) reasons.push(found.replace(/\.$/, ''));
  }
  const [last] = targets;
  if (!last) throw new Error('there are no targets');
  const chosen = await chooseOne(last, optionsOf(last), request);
  return { ...chosen, reason: `${chosen.reason}: ${reasons.join('; ')}` };
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
  return await chooseOne(target, optionsOf(target), request);
}
