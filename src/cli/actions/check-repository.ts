import { append } from '../../collections/append.ts';
import { checkRepository, type ModelJudgement } from '../../deploy/triton/check-repository.ts';
import type { CommandResult } from '../command.ts';
import { formatTable } from '../table.ts';

/** `rcc check-repository`: every model of repositories beside Triton's rules. */
export async function checkRepositories(directories: readonly string[]): Promise<CommandResult> {
  const judged: ModelJudgement[] = [];
  for (const directory of directories) append(judged, await checkRepository(directory));
  const rows = judged.map(({ folder, broken }) => [
    folder,
    broken.length === 0 ? 'ok' : `${broken.length} broken`,
  ]);
  return {
    text: formatTable(['model', ''], rows, ['left', 'left']),
    data: judged.map(({ folder, broken }) => ({ folder, broken })),
    diagnostics: judged.flatMap(({ diagnostics }) => diagnostics),
  };
}
