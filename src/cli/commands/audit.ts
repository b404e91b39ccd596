import type { CommandDefinition } from '../command.ts';

export interface AuditCommandOptions {
  readonly fp32?: boolean;
  readonly fp16?: boolean;
  readonly int8?: boolean;
}

export const auditCommand: CommandDefinition = {
  name: 'audit',
  description: 'judge what a compiler made of a model: fused residuals, precision, stray kernels',
  declare(command) {
    command
      .argument(
        '<paths...>',
        'folders of artifacts, or files of layers (--exportLayerInfo, a build log of TensorRT-RTX)',
      )
      .option('--fp32', 'it was to be FP32 (default: as the manifest beside it says)')
      .option('--fp16', 'it was to be FP16')
      .option('--int8', 'it was to be INT8');
  },
  async run([paths, options], context) {
    const { auditPaths } = await import('../actions/audit.ts');
    return await auditPaths(paths as readonly string[], options as AuditCommandOptions, context);
  },
};
