import type { Command } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { declareTargetOptions } from '../target-options.ts';

export interface RebuildCommandOptions {
  readonly output?: string;
  readonly spec?: string;
  readonly weights?: string;
  readonly calibrate?: string;
  readonly dryRun?: boolean;
}

export const rebuildCommand: CommandDefinition = {
  name: 'rebuild',
  description: 'make an artifact anew, as its manifest says, for this machine or another release',
  declare(command) {
    command
      .argument('<artifact>', 'folder of an artifact, or its manifest')
      .option('-o, --output <dir>', 'where the new artifact goes (default: in place of the old)')
      .option('--spec <file>', 'the spec, where it is no longer where the manifest says')
      .option('--weights <file>', 'the weights, where they are no longer there')
      .option('--calibrate <path>', 'the calibration data, or a calibration.json')
      .option('--dry-run', 'print what would be done, with the commands of trtexec, and stop');
    declareTargetOptions(command);
  },
  async run([artifact, options, command], context) {
    const { rebuild } = await import('../actions/rebuild.ts');
    return await rebuild(
      artifact as string,
      { ...(options as RebuildCommandOptions), given: command as Command },
      context,
    );
  },
};
