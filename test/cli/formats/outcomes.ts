import { type Outcome, type OutcomeFacts, outcomeOf } from '../../../src/cli/formats/outcome.ts';
import type { JudgedCase } from '../../../src/cli/judged-case.ts';
import { createDiagnostic, type Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../../src/diagnostics/source.ts';

export const file = {
  path: 'nets/a.rn',
  text: 'model a {\n  depth 18\n  expect { flops 1G }\n}\n',
};
const start = file.text.indexOf('flops');
export const flopsSpan: Span = { file, start, end: start + 8 };

export const wrongFlops: Diagnostic = createDiagnostic(
  'expectation-failed',
  { model: 'a', figure: 'flops', expected: '1G', actual: 2 },
  { span: flopsSpan },
);
export const synthetic: Diagnostic = createDiagnostic('weights-synthetic', { model: 'a', seed: 1 });
export const broken: Diagnostic = createDiagnostic('internal-error', { message: 'x' });

export function judged(fields: Partial<JudgedCase> = {}): JudgedCase {
  const place = { path: file.path };
  return { group: file.path, name: 'a', verdict: 'passed', diagnostics: [], place, ...fields };
}

/** An outcome as a command line gives it. */
export function sampleOutcome(facts: Partial<OutcomeFacts> = {}): Outcome {
  return outcomeOf({
    command: 'check',
    exitCode: 1,
    cases: [],
    diagnostics: [],
    subjects: ['nets/a.rn'],
    root: process.cwd(),
    ...facts,
  });
}
