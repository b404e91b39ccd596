import type { CommandDefinition } from '../command.ts';

export const inspectCommand: CommandDefinition = {
  name: 'inspect',
  description: 'print layers, shapes, parameters, MACs and bytes of a spec or an ONNX file',
  declare(command) {
    command.argument('<files...>', 'spec (.rn) or model (.onnx) files');
  },
  async run([paths], context) {
    const { inspectFiles } = await import('../actions/inspect.ts');
    return await inspectFiles(paths as readonly string[], context);
  },
};
