import type { DoctorRow } from '../../../engines/doctor-row.ts';
import { greatest } from '../../collections/extremes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { renderDiagnostic } from '../../diagnostics/render.ts';
import { auto } from '../../targets/choose-target.ts';
import { type DoctorGroup, examineTargets } from '../../targets/doctor.ts';
import { readTargetIntent, type TargetIntent } from '../../targets/target-options.ts';
import { targets } from '../../targets/targets.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { DoctorCommandOptions } from '../commands/doctor.ts';
import { targetTextsOf } from '../target-options.ts';

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
  { name, force }: { readonly name: string; readonly force: boolean },
  options: TargetIntent['options'],
  { env, signal, progress }: CommandContext,
): Promise<void> {
  const target = targets.find((one) => one.name === name);
  if (!target?.setUp) return;
  const startedAt = performance.now();
  progress.start('setup');
  const given = options.get(name) ?? (await target.read({}));
  const report = (text: string): void => progress.update(text);
  const done = await target.setUp({ env, options: given, signal, force, report });
  progress.finish('setup', done, performance.now() - startedAt);
}

/** `rcc doctor`: what each target needs and what is there; with --setup it installs what it can first. */
export async function examine(
  { setup, target = setup, force = false, ...given }: DoctorCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { env, signal, progress, rendering } = context;
  const texts = targetTextsOf(given);
  const { intent } = await readTargetIntent(auto, texts);
  if (setup !== undefined) await setUp({ name: setup, force }, intent.options, context);
  // What was set up is found without the options that it was made with.
  const options = setup === undefined ? intent.options : new Map();
  const onNote = (note: Diagnostic) => progress.note(renderDiagnostic(note, rendering));
  const asked = { env, signal, target, options, onNote };
  const { groups, diagnostics } = await examineTargets(asked);
  return { text: describe(groups), data: groups, diagnostics };
}
