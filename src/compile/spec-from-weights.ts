import { basename, dirname, relative } from 'node:path';
import { describeWeights } from '../../codegen/weights/inference/describe-weights.ts';
import type { InferredSpec } from '../../codegen/weights/inference/inferred-spec.ts';
import { shortestProperties } from '../language/draft.ts';
import { printSpec } from '../language/print.ts';
import type { InputSize, ShortcutKind } from '../language/spec.ts';
import { openWeightsAt } from './weights-files.ts';

export interface SpecFromWeightsOptions {
  /** Where the spec will lie: the path of the weights is written relative to it. */
  readonly specPath: string;
  /** What no weights file tells; without it the usual value is written as a comment. */
  readonly input?: InputSize | undefined;
  readonly shortcut?: ShortcutKind | undefined;
}

export interface SpecFromWeights {
  readonly text: string;
  readonly inferred: InferredSpec;
}

/** `ResNet50_vd_pretrained.pdparams` → `resnet50_vd_pretrained`. */
function modelNameOf(path: string): string {
  const name = basename(path)
    .replace(/\.(pdparams|safetensors|npz|pth\.tar|pth|pt|th|tar|bin)$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '_');
  return /^[a-z]/.test(name) ? name : `model_${name}`;
}

function draft(path: string, inferred: InferredSpec, options: SpecFromWeightsOptions): string {
  const told = new Set(
    (['input', 'shortcut'] as const).filter((name) => options[name] !== undefined),
  );
  const network =
    inferred.depth === undefined
      ? { block: inferred.block, stages: inferred.stages }
      : { depth: inferred.depth };
  // A property that is only assumed stands as a comment; the defaults of the language must not hide it.
  const assumed = inferred.unknowns.filter(({ property }) => !told.has(property as 'input'));
  const imageNet = inferred.stem === 'conv3' ? 32 : 224;
  const input = options.input ?? {
    channels: inferred.inputChannels,
    height: imageNet,
    width: imageNet,
  };
  return printSpec({
    name: modelNameOf(path),
    comment: [`What ${basename(path)} describes; what it cannot tell stands as comments.`],
    properties: shortestProperties({
      ...network,
      widths: inferred.widths,
      expansion: inferred.expansion,
      stem: inferred.stem,
      'stem-widths': inferred.stemWidths,
      shortcut: options.shortcut ?? inferred.shortcut,
      'first-shortcut': inferred.firstShortcut,
      input,
      classes: inferred.classes,
      weights: {
        scheme: inferred.scheme,
        path: relative(dirname(options.specPath), path) || basename(path),
      },
    }),
    assumed,
  });
}

/** The spec that a weights file describes, as text. Throws DiagnosticError where the file is unreadable or no ResNet that a spec can describe. */
export async function specFromWeights(
  path: string,
  options: SpecFromWeightsOptions,
): Promise<SpecFromWeights> {
  const weights = await openWeightsAt(path);
  try {
    const inferred = describeWeights(weights.file);
    return { text: draft(path, inferred, options), inferred };
  } finally {
    weights.close();
  }
}
