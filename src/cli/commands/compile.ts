import type { Command } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { givenOptions } from '../given-options.ts';
import { declareModelOptions, largestBatch, type ModelOptions, whole } from '../options.ts';
import { declareTensorrtOptions } from '../tensorrt-options.ts';

/** Options that do not decide what an artifact is, or are told of each artifact apart. */
const notOfArtifact = ['output', 'json', 'quiet', 'fp32', 'fp16', 'int8', 'printAfter', 'dryRun'];

export interface CompileCommandOptions extends ModelOptions {
  /** The options that were given, as words, for the manifest. */
  readonly given: readonly string[];
  readonly output?: string;
  readonly batch?: number;
  readonly verify: boolean;
  readonly time: boolean;
  readonly printAfter?: string;
  readonly dryRun?: boolean;
  readonly trt?: string;
  readonly gpu?: string;
}

export const compileCommand: CommandDefinition = {
  name: 'compile',
  description: 'compile specs and weights into verified, timed engines',
  declare(command) {
    command.argument('<specs...>', 'spec files (.rn)');
    declareModelOptions(command);
    command
      .option(
        '-o, --output <dir>',
        'folder of the artifact; of all artifacts, as <model>/<precision>, where there are several (default: build)',
      )
      .option('--batch <n>', 'fixed batch size (default: any, `N`)', whole(1, largestBatch))
      .option('--no-verify', 'write the artifact without running it against the unfolded graph')
      .option('--no-time', 'do not time batch 1, 4 and 8 at the end')
      .option('--print-after <pass>', 'print the graph after a pass (or `lower`) and stop')
      .option('--dry-run', 'print what would be done, with the commands of trtexec, and stop')
      .option(
        '--trt <release>',
        'with --dry-run: TensorRT to plan for, e.g. 8.6 (default: found); with --target onnx: to write the model for',
      )
      .option('--gpu <name>', 'with --dry-run: GPU to plan for, e.g. t4 or 7.5 (default: found)');
    declareTensorrtOptions(command);
  },
  async run([paths, options, command], context) {
    const given = givenOptions(command as Command, notOfArtifact);
    const { weights, dryRun } = options as CompileCommandOptions;
    // The digest of the weights takes as long as all that comes before they are read, and goes on beside it.
    if (weights !== undefined && !dryRun) {
      const { startFileDigestAhead } = await import('../../io/digest.ts');
      startFileDigestAhead(weights);
    }
    const { compileSpecs } = await import('../actions/compile.ts');
    return await compileSpecs(
      paths as readonly string[],
      { ...(options as CompileCommandOptions), given },
      context,
    );
  },
};
