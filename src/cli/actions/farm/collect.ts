import { join } from 'node:path';
import { shellText } from '../../../../engines/command-text.ts';
import { collectCells } from '../../../farm/collect-cells.ts';
import { farmFiles } from '../../../farm/farm-files.ts';
import type { CommandContext, CommandResult } from '../../command.ts';
import { countsOf, headLine, verdictsOf } from './farm-texts.ts';
import { standInWarning, statusNow } from './status.ts';

/** `rcc farm collect`: results of all cells that have figures, and one bench file. */
export async function collectFarm(path: string, context: CommandContext): Promise<CommandResult> {
  const status = await statusNow(path, context);
  const { cells, farm, index } = status;
  const { rows, results, diagnostics } = await collectCells(farm, cells, index);
  const bench = join(path, farmFiles.bench);
  const counts = `${rows.length} ${rows.length === 1 ? 'figure' : 'figures'} of ${results.length} cells`;
  const next = rows.length > 0 ? ` Then: ${shellText(['rcc', 'report', path])}` : '';
  return {
    text: [headLine(cells, path), `${counts} → ${bench}.${next}`].join('\n'),
    data: { farm: path, bench, counts: countsOf(cells), figures: rows.length },
    diagnostics: [
      ...status.diagnostics,
      ...diagnostics,
      ...standInWarning(status),
      ...verdictsOf(cells, path),
    ],
  };
}
