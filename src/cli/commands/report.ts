import type { CommandDefinition } from '../command.ts';

export interface ReportCommandOptions {
  readonly output: string;
  readonly against?: readonly string[];
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
        '--against <name>',
        'further figures beside the published ones, such as mmdeploy-t4; may be given again',
        (name: string, earlier: readonly string[] = []) => [...earlier, name],
      );
  },
  async run([paths, options], context) {
    const { writeReport } = await import('../actions/report.ts');
    return await writeReport(paths as readonly string[], options as ReportCommandOptions, context);
  },
};
