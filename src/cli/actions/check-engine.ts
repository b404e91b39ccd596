import { type ArtifactCheck, checkArtifact } from '../../compile/check-artifact.ts';
import { auto } from '../../targets/choose-target.ts';
import { readTargetIntent } from '../../targets/target-options.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CheckEngineCommandOptions } from '../commands/check-engine.ts';
import { formatTable } from '../table.ts';
import { targetTextsOf } from '../target-options.ts';
import { paragraphs, type Text, verbatim } from '../text.ts';

const fitWords = { yes: 'fits', doubtful: 'doubtful', no: 'DOES NOT FIT' } as const;

function describe({
  model,
  precision,
  target,
  directory,
  fits,
  checks,
  rebuild,
}: ArtifactCheck): Text {
  const rows = checks.map((check) => [
    check.what,
    check.expected,
    check.found,
    fitWords[check.fits],
  ]);
  const verdict = fits ? 'can be used here' : 'cannot be used here';
  return [
    `${model} ${precision} for ${target}, ${directory}: ${verdict}`,
    formatTable(['', 'expected', 'found', ''], rows, ['left', 'left', 'left', 'left']),
    verbatim(`rebuild: ${rebuild}`),
  ];
}

/** `rcc check-engine`: whether artifacts are whole and fit this machine. */
export async function checkEngines(
  directories: readonly string[],
  given: CheckEngineCommandOptions,
  { env }: CommandContext,
): Promise<CommandResult> {
  const checked: ArtifactCheck[] = [];
  const { intent } = await readTargetIntent(auto, targetTextsOf(given));
  for (const directory of directories) {
    checked.push(await checkArtifact(directory, { env, options: intent.options }));
  }
  return {
    text: paragraphs(checked.map(describe)),
    data: checked.map(({ diagnostics: _, ...rest }) => rest),
    diagnostics: checked.flatMap(({ diagnostics }) => diagnostics),
  };
}
