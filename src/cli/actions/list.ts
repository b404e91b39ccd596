import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import { countCost } from '../../../codegen/cost.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import { formatCount } from '../../compile/trained-network.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import type { Spec } from '../../language/spec.ts';
import { bundledSpecs } from '../../report/specs-folder.ts';
import type { CommandResult } from '../command.ts';
import { formatTable } from '../table.ts';

/** A spec of the package, as --json gives it. */
function rowOf(spec: Spec) {
  const { name, file, input, classes, expect } = spec;
  const { params, macs, flops } = countCost(lowerSpec(spec));
  const top1 = expect.top1 === undefined ? {} : { top1: expect.top1.value };
  return { name, file, params, macs, flops, input, classes, ...top1 };
}

type Row = ReturnType<typeof rowOf>;

function cellsOf({ name, params, macs, flops, input, classes, top1 }: Row): readonly string[] {
  return [
    name,
    formatCount(params),
    formatCount(macs),
    formatCount(flops),
    `${input.channels}x${input.height}x${input.width}`,
    String(classes),
    top1 === undefined ? '' : formatPercent(top1, 1),
  ];
}

/** `rcc list`: the specs that come with the package; top-1 is the published one of the weights that each is for. */
export async function listSpecs(): Promise<CommandResult> {
  const { specs } = await loadSpecs([...(await bundledSpecs()).values()]);
  const rows = specs.map(rowOf);
  const head = ['name', 'params', 'MACs', 'FLOPs', 'input', 'classes', 'top-1'];
  const align = ['left', ...Array(6).fill('right')] as const;
  return { text: formatTable(head, rows.map(cellsOf), align), data: rows };
}
