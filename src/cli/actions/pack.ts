import type { Precision } from '../../../codegen/precisions.ts';
import type { TensorrtOptions } from '../../../engines/tensorrt/planning/options.ts';
import { append } from '../../collections/append.ts';
import { artifactDirectory } from '../../compile/artifact-files.ts';
import { benchLimits } from '../../compile/model-options.ts';
import { loadSpecs } from '../../compile/spec-files.ts';
import { type Diagnostic, DiagnosticError, fail } from '../../diagnostics/diagnostic.ts';
import type { Kit } from '../../kit/kit.ts';
import { makeKit } from '../../kit/make-kit.ts';
import type { Spec } from '../../language/spec.ts';
import { readTargetIntent } from '../../targets/target-options.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import type { PackCommandOptions } from '../commands/pack.ts';
import { graphOptionsOf, idleOptions, precisionsOf } from '../precision-options.ts';
import { targetTextsOf } from '../target-options.ts';
import { timingOf } from '../timing-options.ts';
import { listenerFor } from './listener.ts';

function checkUse(specs: readonly Spec[], { weights, batch, batches }: PackCommandOptions): void {
  if (weights !== undefined && specs.length > 1) {
    fail('weights-for-several-specs', { count: specs.length });
  }
  if (batch !== undefined && batches !== undefined) fail('batches-of-fixed-graph', { batch });
}

type Tensorrt = TensorrtOptions & { readonly gpu: string };

function withGpu(options: TensorrtOptions): Tensorrt {
  return { ...options, gpu: options.gpu ?? fail('kit-needs-gpu', {}) };
}

/** One spec and one precision: `-o` is the kit's folder; otherwise it is the root of <model>/<precision>. */
function directoriesFor(specs: readonly Spec[], options: PackCommandOptions) {
  const { output = 'kits' } = options;
  const isSingle = specs.length === 1 && precisionsOf(options).length === 1;
  return ({ name }: Spec, precision: Precision): string =>
    isSingle && options.output !== undefined ? output : artifactDirectory(name, precision, output);
}

function describe({ directory, facts, manifest }: Kit): string {
  return `${directory}: ${manifest.model} ${manifest.precision} for ${facts.gpu.name}; run there: sh run.sh`;
}

/** `rcc pack`: a kit for every spec in every precision asked for. */
export async function packSpecs(
  paths: readonly string[],
  options: PackCommandOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { specs, diagnostics: found } = await loadSpecs(paths);
  checkUse(specs, options);
  const { intent, warnings } = await readTargetIntent('tensorrt', targetTextsOf({ ...options }));
  const tensorrt = withGpu(intent.options.get('tensorrt') as TensorrtOptions);
  const notes: Diagnostic[] = [];
  const diagnostics: Diagnostic[] = [...found, ...warnings, ...idleOptions(options)];
  const listener = listenerFor(context, notes);
  const directoryOf = directoriesFor(specs, options);
  const kits: Kit[] = [];
  const { weights, weightsKey, seed, batch, batches, given } = options;
  const shared = { ...graphOptionsOf(options), weights, weightsKey, seed, batch, batches };
  for (const spec of specs) {
    for (const precision of precisionsOf(options)) {
      context.progress.heading(`${spec.name} ${precision}, a kit for ${tensorrt.gpu}`);
      try {
        const kit = await makeKit({
          ...shared,
          spec,
          precision,
          tensorrt,
          timing: timingOf(options, benchLimits({ minIterations: 100 })),
          directory: directoryOf(spec, precision),
          command: ['pack', spec.file, ...given],
          listener,
          signal: context.signal,
        });
        append(diagnostics, kit.diagnostics);
        kits.push(kit);
      } catch (error) {
        if (!(error instanceof DiagnosticError)) throw error;
        append(diagnostics, error.diagnostics);
        context.progress.stop();
        context.signal.throwIfAborted();
      }
    }
  }
  const unique = new Map(diagnostics.map((each) => [`${each.code} ${each.message}`, each]));
  return {
    text: kits.map(describe).join('\n'),
    data: kits.map(({ diagnostics: _, manifest, ...kit }) => ({
      model: manifest.model,
      precision: manifest.precision,
      ...kit,
    })),
    diagnostics: [...(context.json ? notes : []), ...unique.values()],
  };
}
