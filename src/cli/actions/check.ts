import { groupBy } from '../../collections/group-by.ts';
import { type CheckedFile, checkFiles, filesOf } from '../../compile/check-files.ts';
import { checkExpectations } from '../../compile/expectations.ts';
import { hasErrors, isError, loadSpecFiles } from '../../compile/spec-files.ts';
import { formatCount } from '../../compile/trained-network.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Spec } from '../../language/spec.ts';
import { specToJson } from '../../language/spec-json.ts';
import { type CheckedSpec, checkCases } from '../cases/check-cases.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CheckCommandOptions } from '../commands/check.ts';
import { formatTable } from '../table.ts';
import type { Text } from '../text.ts';
import { watchFiles } from '../watch-files.ts';

function outcomeOf({ diagnostics, files }: CheckedSpec): string {
  const failed = files
    .filter((file) => hasErrors(file.diagnostics))
    .map(({ property }) => property);
  const problems = [
    ...(hasErrors(diagnostics) ? ['expectation failed'] : []),
    ...(failed.length > 0 ? [`not usable: ${failed.join(', ')}`] : []),
  ];
  if (problems.length > 0) return problems.join('; ');
  const seen = files.map(({ property }) => property);
  return seen.length > 0 ? `ok, with ${seen.join(', ')}` : 'ok';
}

/** Files whose mistakes keep models of them from being checked. */
function brokenRows(mistakes: readonly Diagnostic[]): readonly (readonly string[])[] {
  const byFile = groupBy(mistakes.filter(isError), ({ span }) => span?.file.path);
  return [...byFile].flatMap(([file, { length }]) =>
    file === undefined ? [] : [[file, '', '', '', `mistakes: ${length}`]],
  );
}

function tableOf(checked: readonly CheckedSpec[], mistakes: readonly Diagnostic[]): Text {
  const rows = checked.map((one) => {
    const { params, macs, flops } = one.cost;
    return [one.spec.name, ...[params, macs, flops].map(formatCount), outcomeOf(one)];
  });
  const head = ['model', 'params', 'MACs', 'FLOPs', ''];
  return formatTable(
    head,
    [...rows, ...brokenRows(mistakes)],
    ['left', 'right', 'right', 'right', 'left'],
  );
}

async function checkSpec(spec: Spec, looksAtFiles: boolean): Promise<CheckedSpec> {
  const files: readonly CheckedFile[] = looksAtFiles ? await checkFiles(spec) : [];
  return { spec, ...checkExpectations(spec), files };
}

/** As they are read: file by file, from above; what has no place comes first. */
function byPlace(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ span }) => span?.file.path))];
  const rank = ({ span }: Diagnostic): number => (span ? files.indexOf(span.file.path) : -1);
  return diagnostics.toSorted(
    (a, b) => rank(a) - rank(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0),
  );
}

/** What was checked, and the files that it depends on. */
interface Round {
  readonly result: CommandResult;
  readonly files: readonly string[];
}

async function checkOnce(paths: readonly string[], { files }: CheckCommandOptions): Promise<Round> {
  const { specs, diagnostics } = await loadSpecFiles(paths);
  const checked: CheckedSpec[] = [];
  for (const spec of specs) checked.push(await checkSpec(spec, files));
  const found = checked.flatMap((one) => [
    ...one.diagnostics,
    ...one.files.flatMap((file) => file.diagnostics),
  ]);
  const result = {
    text: checked.length === 0 ? '' : tableOf(checked, diagnostics),
    data: checked.map(({ spec, cost, files: seen }) => ({
      spec: specToJson(spec),
      cost,
      files: seen.map((file) => ({ property: file.property, ok: !hasErrors(file.diagnostics) })),
    })),
    cases: checkCases(checked, diagnostics),
    diagnostics: byPlace([...diagnostics, ...found]),
  };
  const read = [
    ...specs.map(({ file }) => file),
    ...diagnostics.map(({ span }) => span?.file.path),
  ];
  const named = files ? specs.flatMap(filesOf) : [];
  return { result, files: [...read.filter((path) => path !== undefined), ...named] };
}

/** `rcc check`: the language, params and flops against what each spec expects, and the files that it names; once, or after every change. */
export async function checkSpecs(
  paths: readonly string[],
  options: CheckCommandOptions,
  { signal, show, progress }: CommandContext,
): Promise<CommandResult> {
  if (!options.watch) return (await checkOnce(paths, options)).result;
  let watched: readonly string[] = [];
  for await (const time of watchFiles(() => watched, signal)) {
    const { result, files } = await checkOnce(paths, options);
    watched = [...paths, ...files];
    await show(result);
    progress.heading(`checked at ${time.toLocaleTimeString('en-GB')}; waiting for a change`);
  }
  return {};
}
