import type { Verdict } from '../../../engines/compare.ts';
import { verdictDiagnostics } from '../../compile/verdict-diagnostics.ts';
import { bisectionDiagnostics, type Verification } from '../../compile/verify.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import type { FailedJob } from '../actions/run-jobs.ts';
import { type CaseVerdict, type JudgedCase, judgedBy } from '../judged-case.ts';

export interface VerifiedSpec {
  readonly spec: Spec;
  readonly verification: Verification;
}

/** A case of a model in a precision, as far as its name tells all. */
function caseOf(
  { file, name, spans }: Spec,
  what: string,
  found: { readonly verdict: CaseVerdict; readonly diagnostics: readonly Diagnostic[] },
): JudgedCase {
  const place = { path: file, span: spans.model };
  return { group: file, name: `${name} ${what}`, place, ...found };
}

/** One for each batch that the engine was given, and one for its emulation. */
function logitsCases({ spec, verification }: VerifiedSpec): readonly JudgedCase[] {
  const { precision, against, batches, emulated } = verification;
  const judged = (kind: string, verdict: Verdict, timeMs?: number): JudgedCase => {
    const diagnostics = verdictDiagnostics(spec.name, against, verdict);
    const found = { verdict: verdict.ok ? 'passed' : 'failed', diagnostics } as const;
    return { ...caseOf(spec, `${precision}${kind} logits`, found), reason: verdict.reason, timeMs };
  };
  return [
    ...batches.map(({ batch, verdict, elapsedMs }) =>
      judged(batch === undefined ? '' : ` batch ${batch}`, verdict, elapsedMs),
    ),
    ...(emulated ? [judged(' emulated', emulated)] : []),
  ];
}

/** One for each form of the network that was compared node by node. */
function bisectionCases({ spec, verification }: VerifiedSpec): readonly JudgedCase[] {
  const { precision, bisection = [] } = verification;
  return bisection.map((report) => {
    const diagnostics = bisectionDiagnostics(spec.name, [report]);
    const found = { verdict: judgedBy(diagnostics), diagnostics };
    return caseOf(spec, `${precision} bisection, ${report.stage}`, found);
  });
}

function verificationCases(verified: VerifiedSpec): readonly JudgedCase[] {
  const { spec, verification } = verified;
  const judged = [...logitsCases(verified), ...bisectionCases(verified)];
  const known = new Set(judged.flatMap((one) => one.diagnostics.map(({ message }) => message)));
  const others = verification.diagnostics.filter(({ message }) => !known.has(message));
  const found = { verdict: judgedBy(others), diagnostics: others };
  return [caseOf(spec, `${verification.precision} model`, found), ...judged];
}

/** Of each model in each precision: whether it could be made and run, and what it computes. */
export function verifyCases(
  verified: readonly VerifiedSpec[],
  failures: readonly FailedJob[],
): readonly JudgedCase[] {
  return [
    ...failures.map(({ spec, precision, diagnostics }) =>
      caseOf(spec, `${precision} model`, { verdict: 'error', diagnostics }),
    ),
    ...verified.flatMap(verificationCases),
  ];
}
