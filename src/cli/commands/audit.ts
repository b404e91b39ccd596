import { referencePrecision } from '../../../codegen/precisions.ts';
import type { CommandDefinition } from '../command.ts';
import { declarePrecisions } from '../precision-options.ts';

/** True under the name of each precision that was asked for, and the file of `profile`. */
export type AuditCommandOptions = Readonly<Record<string, unknown>>;

export const auditCommand: CommandDefinition = {
  name: 'audit',
  judges: true,
  description: 'judge what a compiler made of a model: fused residuals, precision, stray kernels',
  declare(command) {
    command.argument(
      '<paths...>',
      'folders of artifacts, or files of layers (--exportLayerInfo, a build log of TensorRT-RTX)',
    );
    command.option(
      '--profile <file>',
      'times of its layers (--exportProfile), where the file is none that lies beside it under the usual name',
    );
    declarePrecisions(command, ({ name, title }) => {
      const usual = name === referencePrecision ? ' (default: as the manifest beside it says)' : '';
      return `it was to be ${title}${usual}`;
    });
  },
  async run([paths, options], context) {
    const { auditPaths } = await import('../actions/audit.ts');
    return await auditPaths(paths as readonly string[], options as AuditCommandOptions, context);
  },
};
