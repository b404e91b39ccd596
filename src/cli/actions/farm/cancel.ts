import { createDiagnostic } from '../../../diagnostics/diagnostic.ts';
import { cancelCells } from '../../../farm/cancel-cells.ts';
import { withFarmLock } from '../../../farm/farm-lock.ts';
import { openFarm } from '../../../farm/read-farm.ts';
import type { CommandContext, CommandResult } from '../../command.ts';

/** `rcc farm cancel`: takes back what waits or runs; attempts and results stay. */
export async function cancelFarm(
  path: string,
  { env, signal, progress }: CommandContext,
): Promise<CommandResult> {
  const opened = await openFarm(path);
  const onWait = (owner: string): void =>
    progress.note(createDiagnostic('farm-waits', { owner }).message);
  const { ids, diagnostics } = await withFarmLock(opened.farm, { signal, onWait }, () =>
    cancelCells(opened, { env, signal }),
  );
  const count = `${ids.length} ${ids.length === 1 ? 'task' : 'tasks'}`;
  return { text: `${count} cancelled.`, data: { farm: path, cancelled: ids }, diagnostics };
}
