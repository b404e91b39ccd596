import { checkExpectations } from '../../compile/expectations.ts';
import { hasErrors, loadSpecFiles } from '../../compile/spec-files.ts';
import { formatCount } from '../../compile/trained-network.ts';
import { specToJson } from '../../language/spec-json.ts';
import { checkCases } from '../cases/check-cases.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { formatTable } from '../table.ts';

/** Checks spec files: language, then params and flops against what each spec expects. */
export async function checkSpecs(
  paths: readonly string[],
  _context: CommandContext,
): Promise<CommandResult> {
  const { specs, diagnostics } = await loadSpecFiles(paths);
  const checked = specs.map((spec) => ({ spec, ...checkExpectations(spec) }));
  const all = [...diagnostics, ...checked.flatMap((one) => one.diagnostics)];
  const rows = checked.map(({ spec, cost, diagnostics: found }) => [
    spec.name,
    formatCount(cost.params),
    formatCount(cost.macs),
    formatCount(cost.flops),
    hasErrors(found) ? 'expectation failed' : 'ok',
  ]);
  return {
    text:
      rows.length === 0
        ? ''
        : formatTable(['model', 'params', 'MACs', 'FLOPs', ''], rows, [
            'left',
            'right',
            'right',
            'right',
            'left',
          ]),
    data: checked.map(({ spec, cost }) => ({ spec: specToJson(spec), cost })),
    cases: checkCases(checked, diagnostics),
    diagnostics: all,
  };
}
