import { groupBy } from '../../collections/group-by.ts';
import type { CheckedFile } from '../../compile/check-files.ts';
import type { checkExpectations } from '../../compile/expectations.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import { type JudgedCase, judgedBy } from '../judged-case.ts';

export type CheckedSpec = {
  readonly spec: Spec;
  readonly files: readonly CheckedFile[];
} & ReturnType<typeof checkExpectations>;

const figures = ['params', 'flops'] as const;

/** A case for each figure that the spec expects. */
function figureCases({ spec, cost, diagnostics }: CheckedSpec): readonly JudgedCase[] {
  return figures.flatMap((figure): JudgedCase[] => {
    const expected = spec.expect[figure];
    if (!expected) return [];
    const span = spec.spans[`expect.${figure}`] ?? spec.spans.expect;
    const told = diagnostics.filter((diagnostic) => diagnostic.span === span);
    const verdict = judgedBy(told);
    const reason = `expected ${expected.text}, found ${cost[figure]}`;
    const place = { path: spec.file, span };
    return [
      {
        group: spec.file,
        name: `${spec.name} ${figure}`,
        verdict,
        reason,
        diagnostics: told,
        place,
      },
    ];
  });
}

/** A case for each file that the spec names. */
function fileCases({ spec, files }: CheckedSpec): readonly JudgedCase[] {
  return files.map(({ property, diagnostics }) => ({
    group: spec.file,
    name: `${spec.name} ${property}`,
    verdict: judgedBy(diagnostics),
    diagnostics,
    place: { path: spec.file, span: spec.spans[property] },
  }));
}

/** A case for each file, whether it is right, one for each figure that a model in it expects, and one for each file that the model names. */
export function checkCases(
  checked: readonly CheckedSpec[],
  mistakes: readonly Diagnostic[],
): readonly JudgedCase[] {
  const byFile = groupBy(mistakes, ({ span }) => span?.file.path);
  const files = new Set([...checked.map(({ spec }) => spec.file), ...byFile.keys()]);
  const specs = groupBy(checked, ({ spec }) => spec.file);
  return [...files].flatMap((file): JudgedCase[] => {
    if (file === undefined) return [];
    const diagnostics = byFile.get(file) ?? [];
    const verdict = judgedBy(diagnostics);
    const language = { group: file, name: 'language', verdict, diagnostics, place: { path: file } };
    const cases = (one: CheckedSpec) => [...figureCases(one), ...fileCases(one)];
    return [language, ...(specs.get(file) ?? []).flatMap(cases)];
  });
}
