import { printGraph } from '../../../codegen/ir/print.ts';
import { passNames } from '../../../codegen/passes/pipeline.ts';
import type { Precision } from '../../../codegen/precisions.ts';
import { artifactDirectory } from '../../compile/artifact-files.ts';
import { printPass } from '../../compile/print-pass.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import { findNearest } from '../../diagnostics/nearest.ts';
import type { Spec } from '../../language/spec.ts';
import { bundledSpecs } from '../../report/specs-folder.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { CompileCommandOptions } from '../commands/compile.ts';
import { graphOptionsOf, precisionsOf } from '../precision-options.ts';
import { verbatim } from '../text.ts';
import { makeArtifacts } from './make-artifacts.ts';

/** One spec and one precision: `-o` is the artifact's folder; otherwise it is the root of <model>/<precision>. */
function directoriesFor(specs: readonly Spec[], options: CompileCommandOptions) {
  const { output } = options;
  const isSingle = specs.length === 1 && precisionsOf(options).length === 1;
  return (spec: Spec, precision: Precision): string =>
    isSingle && output !== undefined ? output : artifactDirectory(spec.name, precision, output);
}

function checkUse(specs: readonly Spec[], options: CompileCommandOptions): void {
  if (options.weights !== undefined && specs.length > 1) {
    fail('weights-for-several-specs', { count: specs.length });
  }
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail('model-twice', { model: twice });
  if (options.batch !== undefined && options.batches !== undefined) {
    fail('batches-of-fixed-graph', { batch: options.batch });
  }
}

interface CommandParts {
  readonly paths: readonly string[];
  readonly given: readonly string[];
  readonly bundled: ReadonlyMap<string, string>;
}

/** The words after `rcc` that make one artifact again, without its folder. */
function commandFor(
  spec: Spec,
  precision: Precision,
  { paths, given, bundled }: CommandParts,
): readonly string[] {
  // Where the package lies differs from machine to machine.
  const isBundled = bundled.get(spec.name) === spec.file;
  // A file may hold several models.
  const isAlone = paths.includes(spec.file) && paths.length === 1;
  const path = isAlone ? spec.file : `${spec.file}#${spec.name}`;
  return ['compile', isBundled ? spec.name : path, `--${precision}`, ...given];
}

function printAfter(specs: readonly Spec[], options: CompileCommandOptions): CommandResult {
  const pass = options.printAfter ?? '';
  const known = ['lower', ...passNames];
  if (!known.includes(pass)) {
    fail('unknown-pass', { pass, known, nearest: findNearest(pass, known) });
  }
  const graphs = specs.flatMap((spec) =>
    precisionsOf(options).map((precision) =>
      printPass(spec, {
        pass,
        precision,
        ...graphOptionsOf(options),
        batch: options.batch,
      }),
    ),
  );
  return {
    text: verbatim(graphs.map(printGraph).join('\n').trimEnd()),
    data: graphs.map(printGraph),
  };
}

/** `rcc compile`: each spec in each precision, one after another; all mistakes in specs are told before anything is made. */
export async function compileSpecs(
  paths: readonly string[],
  options: CompileCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { specs, diagnostics: warnings } = await loadSpecs(paths);
  if (options.printAfter !== undefined) return printAfter(specs, options);
  checkUse(specs, options);
  const directoryOf = directoriesFor(specs, options);
  const bundled = await bundledSpecs();
  const artifactOf = (spec: Spec, precision: Precision) => ({
    directory: directoryOf(spec, precision),
    command: commandFor(spec, precision, { paths, given: options.given, bundled }),
  });
  const { result } = await makeArtifacts({ specs, warnings, artifactOf }, options, context);
  return result;
}
