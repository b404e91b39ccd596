import type { DoctorRow } from '../../../engines/doctor-row.ts';
import { setupTensorrtRtx } from '../../../engines/tensorrt-rtx/setup.ts';
import { greatest } from '../../collections/extremes.ts';
import { defaultCacheDirectory } from '../../io/cache-directory.ts';
import { type DoctorGroup, examineTargets } from '../../targets/doctor.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { DoctorCommandOptions } from '../commands/doctor.ts';

function describeRow(row: DoctorRow, width: number): readonly string[] {
  const { part, state, found, needed, cure } = row;
  const more = (label: string, text: string) => `${' '.repeat(14 + width)}${label}: ${text}`;
  return [
    `  ${state.padEnd(8)}  ${part.padEnd(width)}  ${found}`,
    ...(state === 'good' ? [] : [more('needed', needed)]),
    ...(cure === undefined ? [] : [more('cure', cure)]),
  ];
}

function describe(groups: readonly DoctorGroup[]): string {
  const width = greatest(groups.flatMap(({ rows }) => rows.map(({ part }) => part.length)));
  return groups
    .map(({ name, rows }) => [name, ...rows.flatMap((row) => describeRow(row, width))].join('\n'))
    .join('\n\n');
}

async function setUp(
  options: DoctorCommandOptions,
  { env, signal, progress }: CommandContext,
): Promise<void> {
  const { python } = options;
  const startedAt = performance.now();
  progress.start('setup');
  const { version, python: found } = await setupTensorrtRtx({
    env,
    cacheDirectory: defaultCacheDirectory(env),
    signal,
    report: (text) => progress.update(text),
    ...(python === undefined ? {} : { python }),
  });
  const elapsedMs = performance.now() - startedAt;
  progress.finish('setup', `TensorRT-RTX ${version} in ${found.path}`, elapsedMs);
}

/** `rcc doctor`: what each target needs and what is there; with --setup it installs what it can first. */
export async function examine(
  options: DoctorCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { setup, target = setup, trtexec, python } = options;
  const { env, signal } = context;
  if (setup !== undefined) await setUp(options, context);
  // What was set up is found without --python, which named the interpreter that it was made with.
  const interpreter = setup === undefined ? python : undefined;
  const { groups, diagnostics } = await examineTargets({
    env,
    signal,
    ...(target === undefined ? {} : { target }),
    ...(trtexec === undefined ? {} : { trtexec }),
    ...(interpreter === undefined ? {} : { python: interpreter }),
  });
  return { text: describe(groups), data: groups, diagnostics };
}
