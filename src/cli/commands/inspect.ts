import type { CommandDefinition } from '../command.ts';
import { pictureFile, requireEnding } from '../output-files.ts';
import { specsHelp } from '../spec-arguments.ts';

export interface InspectCommandOptions {
  readonly svg?: string;
}

export const inspectCommand: CommandDefinition = {
  name: 'inspect',
  description: 'print layers, shapes, parameters, MACs and bytes of a spec or an ONNX file',
  declare(command) {
    command
      .argument('<files...>', `${specsHelp}; or models (.onnx)`)
      .option(
        '--svg <file>',
        "draw a spec's network too, as .svg or .png: stages, blocks, shapes, MACs",
      );
  },
  async run([paths, options], context) {
    const { svg } = options as InspectCommandOptions;
    if (svg !== undefined) requireEnding('--svg', svg, pictureFile);
    const { inspectFiles } = await import('../actions/inspect.ts');
    return await inspectFiles(
      paths as readonly string[],
      options as InspectCommandOptions,
      context,
    );
  },
};
