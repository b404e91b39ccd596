import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { type Cost, countCost } from '../../codegen/cost.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ExpectedFigure, Spec } from '../language/spec.ts';
import { agreesWith } from '../language/values/figures.ts';

function checkFigure(
  spec: Spec,
  figure: 'params' | 'flops',
  expected: ExpectedFigure | undefined,
  actual: number,
): readonly Diagnostic[] {
  if (!expected || agreesWith(expected, actual)) return [];
  const span = spec.spans[`expect.${figure}`] ?? spec.spans.expect;
  return [
    createDiagnostic(
      'expectation-failed',
      { model: spec.name, figure, expected: expected.text, actual },
      { span },
    ),
  ];
}

/** What of `expect` a network of that cost does not keep: params and flops, to the digits given. */
export function brokenExpectations(spec: Spec, cost: Cost): readonly Diagnostic[] {
  return [
    ...checkFigure(spec, 'params', spec.expect.params, cost.params),
    ...checkFigure(spec, 'flops', spec.expect.flops, cost.flops),
  ];
}

/** The network's cost, and what of `expect` it does not keep. */
export function checkExpectations(spec: Spec): {
  readonly cost: Cost;
  readonly diagnostics: readonly Diagnostic[];
} {
  const cost = countCost(lowerSpec(spec));
  return { cost, diagnostics: brokenExpectations(spec, cost) };
}
