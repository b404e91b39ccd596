import type { CommandDefinition } from '../command.ts';
import { reportFolder, requireEnding } from '../output-files.ts';
import { parseAccuracy, parseMs } from '../quantities.ts';

export interface ReportCommandOptions {
  readonly output: string;
  readonly against?: readonly string[];
  /** Most milliseconds of a batch. */
  readonly budget?: number;
  /** Least top-1, as a share. */
  readonly accuracy?: number;
}

export const reportCommand: CommandDefinition = {
  name: 'report',
  description: 'draw one page of charts and tables: your measurements beside the published figures',
  declare(command) {
    command
      .argument(
        '[benches...]',
        'bench files, such as build/*/*/timing.json, or folders of them, such as a farm (default: what `rcc bench` left, else the published figures alone)',
      )
      .option('-o, --output <dir>', 'folder of the report', 'report')
      .option(
        '--budget <ms>',
        'choose the most accurate model that takes at most so many milliseconds a batch, such as 20ms',
        parseMs,
      )
      .option(
        '--accuracy <percent>',
        'choose the fastest model with at least this top-1 accuracy, such as 78%; with --budget: the most accurate of both',
        parseAccuracy,
      )
      .option(
        '--against <name>',
        'further figures beside the published ones, such as mmdeploy-t4; may be given again',
        (name: string, earlier: readonly string[] = []) => [...earlier, name],
      );
  },
  async run([paths, options], context) {
    requireEnding('-o', (options as ReportCommandOptions).output, reportFolder);
    const { writeReport } = await import('../actions/report.ts');
    return await writeReport(paths as readonly string[], options as ReportCommandOptions, context);
  },
};
