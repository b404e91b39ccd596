import { largestBatch } from '../../../engines/timing-rows.ts';
import type { CommandDefinition } from '../command.ts';
import { declareModelOptions, type ModelCommandOptions } from '../options.ts';
import { declareServerOptions, isForServer, type ServerCommandOptions } from '../server-options.ts';
import { specsHelp } from '../spec-arguments.ts';
import { declareTargetOptions } from '../target-options.ts';
import { declareTimingOptions, type TimingCommandOptions } from '../timing-options.ts';
import { wholeList } from '../whole-numbers.ts';

export interface VerifyCommandOptions
  extends ModelCommandOptions,
    TimingCommandOptions,
    ServerCommandOptions {
  readonly input?: string;
  readonly logits?: string;
  readonly outputs?: string;
  readonly bisect?: boolean;
  readonly batches?: readonly number[];
  readonly picture?: string;
}

export const verifyCommand: CommandDefinition = {
  name: 'verify',
  judges: true,
  description:
    "compare what the engine, or a running server, computes with the framework's logits, or with the unfolded graph",
  declare(command) {
    command.argument(
      '<specs...>',
      `${specsHelp}; with --server one of them, or the folder of an artifact`,
    );
    declareModelOptions(command);
    command
      .option('--input <npy>', "the network's input [N, C, H, W] (default: the spec's `reference`)")
      .option('--logits <npy>', "the framework's output for it [N, classes]")
      .option(
        '--outputs <file>',
        "the framework's outputs for it: .npy for one, .npz for several by name",
      )
      .option('--bisect', 'compare every tensor and name the first node that is out of bounds');
    command.option(
      '--batch, --batches <list>',
      'batch sizes to run the input in (default: all of it at once; for TensorRT 1,4,8)',
      wholeList(1, largestBatch),
    );
    declareServerOptions(command);
    command.option('--picture <file>', 'with --server: a picture to ask about beside the inputs');
    declareTimingOptions(command, { isHidden: true });
    declareTargetOptions(command);
  },
  async run([words, given], context) {
    const paths = words as readonly string[];
    const options = given as VerifyCommandOptions;
    if (isForServer(options, { '--picture': options.picture })) {
      const { verifyOnServer } = await import('../actions/verify-server.ts');
      return await verifyOnServer(paths, options, context);
    }
    const { verifySpecs } = await import('../actions/verify.ts');
    return await verifySpecs(paths, options, context);
  },
};
