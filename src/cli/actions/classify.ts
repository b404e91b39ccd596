import type { Engine } from '../../../engines/engine.ts';
import {
  type ClassAnswer,
  type Classification,
  classify,
  type Unclassified,
} from '../../accuracy/classify.ts';
import { append } from '../../collections/append.ts';
import type { Manifest } from '../../compile/manifest.ts';
import type { ModelOptions } from '../../compile/model-options.ts';
import {
  buildClassifier,
  isArtifact,
  type OpenClassifier,
  openArtifact,
} from '../../compile/open-classifier.ts';
import type { CompileListener } from '../../compile/phases.ts';
import { readManifest } from '../../compile/read-manifest.ts';
import { loadOneSpec } from '../../compile/spec-files.ts';
import { isRepository } from '../../deploy/triton/is-repository.ts';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
  fail,
} from '../../diagnostics/diagnostic.ts';
import { formatMs } from '../../diagnostics/format-ms.ts';
import { formatPercent } from '../../diagnostics/format-percent.ts';
import { namedPictures } from '../../images/pictures.ts';
import { withTemporaryFolder } from '../../io/temporary-folder.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { ClassifyCommandOptions } from '../commands/classify.ts';
import { formatTable } from '../table.ts';
import { indented, paragraphs, type Text } from '../text.ts';
import { listenerFor } from './listener.ts';
import { modelsFor } from './run-jobs.ts';

export interface ClassifyWords {
  /** An artifact's folder or a spec. */
  readonly model: string;
  readonly pictures: readonly string[];
}

/** Above so many pictures each has a line, not a table. */
const mostTables = 4;

type Outcome = Classification | Unclassified;

function isAnswered(outcome: Outcome): outcome is Classification {
  return 'top' in outcome;
}

const nameOf = ({ class: index, label }: ClassAnswer): string => label ?? `class ${index}`;
const shareOf = ({ probability }: ClassAnswer): string => formatPercent(probability, 1);

function timesText({ decodeMs, prepareMs, runMs, batch }: Classification): string {
  const run = batch === 1 ? 'run' : `run of ${batch} pictures`;
  return `decode ${formatMs(decodeMs)} ms, prepare ${formatMs(prepareMs)} ms, ${run} ${formatMs(runMs)} ms`;
}

function tableOf(outcome: Classification): Text {
  const rows = outcome.top.map((answer) => [nameOf(answer), shareOf(answer)]);
  const table = formatTable(['', ''], rows, ['left', 'right']);
  return [outcome.picture, indented([table, timesText(outcome)])];
}

function linesOf(outcomes: readonly Classification[]): Text {
  const rows = outcomes.map(({ picture, top: [first], decodeMs, prepareMs, runMs, batch }) => [
    picture,
    first ? nameOf(first) : '',
    first ? shareOf(first) : '',
    formatMs(decodeMs + prepareMs + runMs / batch),
  ]);
  const head = ['picture', 'class', 'probability', 'ms a picture'];
  return formatTable(head, rows, ['left', 'left', 'right', 'right']);
}

function describe(outcomes: readonly Outcome[]): Text {
  const answered = outcomes.filter(isAnswered);
  if (answered.length > mostTables) return linesOf(answered);
  return paragraphs(answered.map(tableOf));
}

async function answer(
  classifier: OpenClassifier,
  { pictures }: ClassifyWords,
  { top, batch = 1 }: ClassifyCommandOptions,
  { json, signal }: CommandContext,
): Promise<CommandResult> {
  const outcomes: Outcome[] = [];
  const named = namedPictures(pictures, signal);
  for await (const outcome of classify(classifier, named, { top, batch, signal }))
    outcomes.push(outcome);
  const problems = outcomes.flatMap((outcome) => ('problem' in outcome ? [outcome.problem] : []));
  const { model, precision } = classifier;
  const data = {
    model,
    precision,
    pictures: outcomes.map((outcome) =>
      isAnswered(outcome) ? outcome : { picture: outcome.picture, problem: outcome.problem.code },
    ),
  };
  return { ...(json ? {} : { text: describe(outcomes) }), data, diagnostics: problems };
}

/** The one model that the options ask for. */
async function oneModel(
  options: ClassifyCommandOptions,
  context: CommandContext,
  notes: Diagnostic[],
): Promise<ModelOptions> {
  const listener = listenerFor(context, notes);
  const { models, refusals, warnings } = await modelsFor(options, context, listener, {
    doing: 'classifying',
    batches: [options.batch ?? 1],
  });
  append(notes, warnings);
  const [model, ...others] = models;
  if (!model) throw new DiagnosticError([...refusals]);
  if (others.length > 0)
    fail('command-line', { message: 'classify takes one precision at a time' });
  return model;
}

/** The engine of the target that an artifact was made for; undefined where the model alone was written. */
async function engineOfArtifact(
  { target, precision, engines }: Manifest,
  options: ClassifyCommandOptions,
  context: CommandContext,
  notes: Diagnostic[],
): Promise<Engine | undefined> {
  if (engines.length === 0) return undefined;
  const asked = { ...options, target, [precision]: true } as ClassifyCommandOptions;
  return (await oneModel(asked, context, notes)).target.engine;
}

/** Made-up weights answer nonsense. */
function warnOfWeights(directory: string, { weights }: Manifest, listener: CompileListener) {
  if ('synthetic' in weights)
    listener.onNote?.(createDiagnostic('classify-synthetic', { directory }));
}

/** `rcc classify`: what a network says of pictures. */
export async function classifyPictures(
  words: ClassifyWords,
  options: ClassifyCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const notes: Diagnostic[] = [];
  const finish = (result: CommandResult): CommandResult => ({
    ...result,
    diagnostics: [...(context.keepsNotes ? notes : []), ...(result.diagnostics ?? [])],
  });
  if (isArtifact(words.model)) {
    const manifest = await readManifest(words.model);
    warnOfWeights(words.model, manifest, listenerFor(context, notes));
    const engine = await engineOfArtifact(manifest, options, context, notes);
    const batch = options.batch ?? 1;
    const classifier = await openArtifact(words.model, manifest, { engine, batch });
    return finish(await answer(classifier, words, options, context).finally(classifier.close));
  }
  if (isRepository(words.model)) fail('classify-repository', { directory: words.model });
  const { spec, diagnostics } = await loadOneSpec(words.model);
  append(notes, diagnostics);
  const model = await oneModel(options, context, notes);
  return await withTemporaryFolder(async (directory) => {
    const classifier = await buildClassifier(spec, model, directory);
    return finish(await answer(classifier, words, options, context).finally(classifier.close));
  });
}
