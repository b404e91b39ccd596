import { append } from '../../../collections/append.ts';
import { artifactDirectory } from '../../../compile/artifact-files.ts';
import { type AskedModel, askArtifact, askSpec } from '../../../compile/ask-cache.ts';
import { isArtifact } from '../../../compile/open-classifier.ts';
import { loadSpecs } from '../../../compile/spec-files.ts';
import { type Diagnostic, DiagnosticError } from '../../../diagnostics/diagnostic.ts';
import { type EngineCache, engineCacheAt } from '../../../engine-cache/place.ts';
import { formatTime } from '../../../engine-cache/quantities.ts';
import type { CacheAnswer, KeyDifference, NearEntry } from '../../../engine-cache/why.ts';
import type { CommandContext, CommandResult } from '../../command.ts';
import type { CacheWhyCommandOptions } from '../../commands/cache/why.ts';
import { formatTable } from '../../table.ts';
import { paragraphs, type Text } from '../../text.ts';
import { modelsFor } from '../run-jobs.ts';
import { shortDigest } from './entries.ts';

const digestPattern = /\b[0-9a-f]{64}\b/g;
const shown = (text: string): string => text.replaceAll(digestPattern, shortDigest) || 'none';

/** Of two lists of arguments what one has and the other lacks; other texts as they are. */
function cellsOf({ part, wanted, kept }: KeyDifference): readonly string[] {
  if (!/(?:^| )--/.test(`${wanted} ${kept}`)) return [part, shown(wanted), shown(kept)];
  const [mine, others] = [wanted.split(' '), kept.split(' ')];
  const without = (words: readonly string[], left: readonly string[]) =>
    shown(words.filter((word) => !left.includes(word)).join(' '));
  return [part, without(mine, others), without(others, mine)];
}

function nearestLines({ digest, model, builtAt, differences }: NearEntry): Text {
  const rows = differences.map(cellsOf);
  return [
    `nearest: ${shortDigest(digest)} of ${model}, built ${formatTime(builtAt)}`,
    ...(rows.length > 0
      ? [formatTable(['part', 'wanted', 'kept'], rows, ['left', 'left', 'left'])]
      : []),
  ];
}

function answerText({ isKept, digest, builtAt = '' }: CacheAnswer): string {
  if (isKept === true) return `in the cache: ${shortDigest(digest)}, built ${formatTime(builtAt)}`;
  return isKept === false ? 'not in the cache' : 'may be in the cache';
}

function describe({ model, precision, target, answer, reason }: AskedModel): Text {
  const title = `${model} ${precision} for ${target}`;
  if (!answer) return `${title}: ${reason}`;
  const { nearest } = answer;
  const near = nearest ? nearestLines(nearest) : [];
  const empty = !nearest && answer.isKept === false ? ['The cache holds no engine.'] : [];
  return [`${title}: ${answerText(answer)}`, near, ...empty];
}

/** What specs would be compiled into; one that is refused hides none of the others. */
async function askSpecs(
  cache: EngineCache,
  paths: readonly string[],
  options: CacheWhyCommandOptions,
  context: CommandContext,
) {
  const { specs, diagnostics } = await loadSpecs(paths);
  const { batch, batches } = options;
  const { models, warnings, refusals } = await modelsFor(
    options,
    context,
    {},
    { isPlan: true, batch, batches },
  );
  const told = [...diagnostics, ...warnings, ...refusals];
  const asked: AskedModel[] = [];
  for (const { spec, model } of specs.flatMap((spec) => models.map((model) => ({ spec, model })))) {
    const directory = artifactDirectory(spec.name, model.target.precision);
    try {
      asked.push(await askSpec(cache, spec, { ...model, directory }));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      append(told, error.diagnostics);
    }
  }
  return { asked, told };
}

/** `rcc cache why`: whether engines are in the cache, else what differs from the nearest. */
export async function explainCache(
  paths: readonly string[],
  options: CacheWhyCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const cache = engineCacheAt(context.env);
  const asked: AskedModel[] = [];
  const told: Diagnostic[] = [];
  for (const path of paths.filter(isArtifact)) asked.push(await askArtifact(cache, path));
  const specs = paths.filter((path) => !isArtifact(path));
  if (specs.length > 0) {
    const found = await askSpecs(cache, specs, options, context);
    append(asked, found.asked);
    append(told, found.told);
  }
  const unknown = asked.flatMap((each) => each.unknown ?? []);
  return {
    text: paragraphs(asked.map(describe)),
    data: asked.map(({ unknown: _, ...rest }) => rest),
    diagnostics: [...told, ...unknown],
  };
}
