import { Option } from 'commander';
import type { TargetName } from '../../../engines/engine.ts';
import type { CommandDefinition } from '../command.ts';

export interface DoctorCommandOptions {
  readonly target?: TargetName;
  readonly setup?: 'tensorrt-rtx';
  readonly trtexec?: string;
  readonly python?: string;
}

export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  description:
    'what each target needs on this machine, what is there, and what to do about the rest',
  declare(command) {
    command
      .addOption(
        new Option(
          '--target <name>',
          'this target only; exit code 3 where it cannot be used',
        ).choices(['onnxruntime', 'tensorrt', 'tensorrt-rtx']),
      )
      .addOption(
        new Option(
          '--setup <target>',
          'install what the target needs into an environment of rcc’s own',
        ).choices(['tensorrt-rtx']),
      )
      .option(
        '--trtexec <command>',
        'trtexec, or the command that starts it (default: TRTEXEC, PATH, TENSORRT_HOME)',
      )
      .option('--python <file>', 'interpreter with the TensorRT-RTX wheel (default: RCC_PYTHON)');
  },
  async run([options], context) {
    const { examine } = await import('../actions/doctor.ts');
    return await examine(options as DoctorCommandOptions, context);
  },
};
