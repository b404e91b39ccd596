import type { Command } from 'commander';

/** Folder of a farm where nobody names one. */
export const usualFarm = 'farm';

export function declareFarm(command: Command): void {
  command.argument('[farm]', 'folder of the plan', usualFarm);
}
