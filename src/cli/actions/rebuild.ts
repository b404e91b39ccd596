import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import { artifactFiles } from '../../compile/artifact-files.ts';
import type { Manifest } from '../../compile/manifest.ts';
import {
  requireSpec,
  requireWeights,
  sameSpec,
  shortDigest,
} from '../../compile/rebuild/check-sources.ts';
import {
  type Change,
  compareManifests,
  engineNotes,
  judgeRebuilt,
} from '../../compile/rebuild/compare-manifests.ts';
import { findArtifact, type Made, placeOf } from '../../compile/rebuild/find-artifact.ts';
import { basesOf, findBase, fromBase, fromHere } from '../../compile/rebuild/find-base.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import { standardInput } from '../../io/standard-input.ts';
import type { Spec } from '../../language/spec.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CompileCommandOptions } from '../commands/compile.ts';
import type { RebuildCommandOptions } from '../commands/rebuild.ts';
import { optionsFrom, override, type RecordedCommand, readRecorded } from '../recorded-command.ts';
import { formatTable } from '../table.ts';
import type { Text } from '../text.ts';
import { type MadeArtifacts, makeArtifacts } from './make-artifacts.ts';

export interface RebuildOptions extends RebuildCommandOptions {
  /** The command line of `rcc rebuild`. */
  readonly given: Command;
}

/** What an artifact is made from again. */
interface Intent {
  readonly spec: Spec;
  readonly options: CompileCommandOptions;
  /** The words after `rcc` that make it again, for its manifest. */
  readonly command: readonly string[];
  readonly notes: readonly Diagnostic[];
}

/** The file of a word for a spec: `nets.rn#net` → `nets.rn`; undefined for the name of a spec that comes with the package. */
function fileOf(word: string): string | undefined {
  return /^(.*\.rn)(?:#[^/\\]+)?$/s.exec(word)?.[1];
}

/** The paths of a recorded command that are still needed, and relative. */
function pathsOf(recorded: RecordedCommand, options: RebuildOptions): readonly string[] {
  const { weights, calibrate } = recorded.command.opts<CompileCommandOptions>();
  const needed = [
    options.spec === undefined ? fileOf(recorded.spec) : undefined,
    options.weights === undefined ? weights : undefined,
    options.calibrate === undefined ? calibrate : undefined,
  ];
  return needed.filter((path): path is string => path !== undefined && !isAbsolute(path));
}

/** The ranges that the artifact keeps, where the data that they were measured on is gone. */
function keepCalibration(
  options: CompileCommandOptions,
  { manifest, directory }: Made,
): Pick<Intent, 'options' | 'notes'> {
  const { calibrate: path } = options;
  const file = join(directory, artifactFiles.calibration);
  const isGone = path === undefined ? manifest.command === undefined : !existsSync(path);
  if (!manifest.calibration || !isGone || !existsSync(file)) return { options, notes: [] };
  const notes =
    path === undefined ? [] : [createDiagnostic('rebuild-calibration-kept', { path, file })];
  return { options: { ...options, calibrate: file }, notes };
}

/** How the spec is named from here. Nobody waits for standard input that was given once. */
function wordOf({ spec }: RecordedCommand, options: RebuildOptions, base: string): string {
  if (options.spec !== undefined) return options.spec;
  if (spec.split('#')[0] === standardInput) requireSpec('', 'standard input', ['the command line']);
  return fileOf(spec) === undefined ? spec : fromHere(base, spec);
}

/** Reads what the manifest says that the artifact was made from, and checks that it still is. Throws DiagnosticError where it is not. */
async function readIntent(made: Made, options: RebuildOptions): Promise<Intent> {
  const { manifest, manifestPath, directory } = made;
  const recorded = readRecorded(manifest, manifestPath, options.spec !== undefined);
  const bases = basesOf(directory, options.spec);
  const base = findBase(bases, pathsOf(recorded, options));
  override(recorded, options.given, base, existsSync);
  const word = wordOf(recorded, options, base);
  const file = fileOf(word);
  if (file !== undefined) requireSpec(file, fileOf(options.spec ?? recorded.spec) ?? file, bases);
  const { specs, diagnostics } = await loadSpecs(word);
  const spec = sameSpec(specs, manifest, word);
  const read = optionsFrom(recorded, base, existsSync);
  const asked: string | undefined = recorded.command.getOptionValue('weights');
  const tried = asked === undefined ? [dirname(spec.file)] : bases;
  await requireWeights(spec, manifest, read, { asked, tried });
  const kept = keepCalibration(read, made);
  const specWord = options.spec === undefined ? recorded.spec : fromBase(base, options.spec);
  return {
    spec,
    options: kept.options,
    command: ['compile', specWord, `--${manifest.precision}`, ...read.given],
    notes: [...diagnostics, ...kept.notes],
  };
}

function describeChanges(changes: readonly Change[]): Text {
  if (changes.length === 0) return 'nothing changed';
  const rows = changes.map(({ what, before = '', now = '' }) => [what, before, now]);
  return formatTable(['', 'before', 'now'], rows, ['left', 'left', 'left']);
}

function describeGraph(before: Manifest, { onnx: { digest } }: Manifest): string {
  return before.onnx.digest === digest
    ? `the graph is as before (${shortDigest(digest)})`
    : 'the graph is another one';
}

/** A rebuild that fails its check has no other way out. */
function unhinted({ hint, ...diagnostic }: Diagnostic): Diagnostic {
  const isKept = hint !== undefined && diagnostic.code !== 'artifact-withheld';
  return isKept ? { hint, ...diagnostic } : diagnostic;
}

/** What was made beside what was there. */
function tellOf({ manifest: before }: Made, { result, compilations }: MadeArtifacts) {
  const [compilation] = compilations;
  if (!compilation?.directory) return { ...result, diagnostics: result.diagnostics.map(unhinted) };
  const { manifest: now } = compilation;
  const changes = compareManifests(before, now);
  const title = `${now.model} ${now.precision} for ${now.target}: rebuilt and verified; ${describeGraph(before, now)}`;
  const [data] = result.data as readonly object[];
  return {
    text: [title, describeChanges(changes), '', result.text ?? ''],
    data: { ...data, changes },
    diagnostics: [...result.diagnostics, ...engineNotes(before, now)],
  };
}

/** `rcc rebuild`: the artifact that a manifest describes, made and verified anew, in the place of the old one or beside it. */
export async function rebuild(
  artifact: string,
  options: RebuildOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const made = await findArtifact(artifact);
  const directory = placeOf(made, options.output);
  const intent = await readIntent(made, options);
  const artifactOf = () => ({
    directory,
    earlier: made.directory,
    command: intent.command,
    accept: (now: Manifest) => judgeRebuilt(made.manifest, now),
  });
  const request = { specs: [intent.spec], warnings: intent.notes, artifactOf };
  return tellOf(made, await makeArtifacts(request, intent.options, context));
}
