import type { ServerVerification } from '../../compile/verify-server.ts';
import { type JudgedCase, judgedBy } from '../judged-case.ts';

/** One for each thing that was asked of a model on a server. */
export function serverCases(results: readonly ServerVerification[]): readonly JudgedCase[] {
  return results.flatMap(({ model, precision, address, checks }) =>
    checks.map(({ what, detail, diagnostics }) => ({
      group: address,
      name: `${model} ${precision} ${what}`,
      verdict: judgedBy(diagnostics),
      reason: detail,
      diagnostics,
    })),
  );
}
