import { Option } from 'commander';
import { fail } from '../../diagnostics/diagnostic.ts';
import { targets } from '../../targets/targets.ts';
import type { CommandDefinition } from '../command.ts';
import { declareSome } from '../target-options.ts';

export interface DoctorCommandOptions {
  readonly target?: string;
  readonly setup?: string;
  readonly force?: boolean;
  readonly site?: string;
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
        ).choices(targets.filter(({ doctor }) => doctor).map(({ name }) => name)),
      )
      .addOption(
        new Option(
          '--setup <target>',
          'install what the target needs into an environment of rcc’s own',
        ).choices(targets.filter(({ setUp }) => setUp).map(({ name }) => name)),
      )
      .option('--force', 'with --setup: make the environment anew although it is there and whole')
      .addOption(
        new Option(
          '--site <file>',
          'hold a site.json against sinfo, sbatch and ssh instead; submits nothing',
        ).conflicts(['target', 'setup', 'force']),
      );
    declareSome(command, ['--trtexec', '--python']);
  },
  async run([options], context) {
    const given = options as DoctorCommandOptions;
    if (given.site !== undefined) {
      const { examineSite } = await import('../actions/doctor-site.ts');
      return await examineSite(given.site, context);
    }
    if (given.force && given.setup === undefined) {
      fail('command-line', { message: '--force is for --setup alone' });
    }
    const { examine } = await import('../actions/doctor.ts');
    return await examine(given, context);
  },
};
