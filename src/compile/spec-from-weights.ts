import {
  type DescribeOptions,
  describeWeights,
} from '../../codegen/weights/inference/describe-weights.ts';
import type { InferredSpec } from '../../codegen/weights/inference/inferred-spec.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { gatherEvidence } from '../evidence/gather.ts';
import { printSpec } from '../language/print.ts';
import type { InputSize } from '../language/spec.ts';
import {
  type DraftOptions,
  draftFromWeights,
  isOfAnother,
  tellsItsClasses,
} from './draft-from-weights.ts';
import { openWeightsAt } from './weights-files.ts';

export interface SpecFromWeightsOptions
  extends Pick<DraftOptions, 'shortcut' | 'specPath' | 'key'>,
    DescribeOptions {
  /** Without channels: those of the file. */
  readonly input?: (Omit<InputSize, 'channels'> & { readonly channels?: number }) | undefined;
  /** Where the names of the classes will be written, if they stand in a configuration; undefined: nowhere. */
  readonly labelsPath?: string | undefined;
}

export interface SpecFromWeights {
  readonly text: string;
  readonly inferred: InferredSpec;
  /** Names of the classes, to be written to `labelsPath`, which the spec names. */
  readonly labels?: readonly string[];
}

function inputOf(
  { inputChannels }: InferredSpec,
  input: SpecFromWeightsOptions['input'],
  file: string,
): InputSize | undefined {
  if (!input) return undefined;
  const { channels = inputChannels } = input;
  if (channels !== inputChannels) fail('weights-other-channels', { file, channels, inputChannels });
  return { ...input, channels };
}

/** The first list of as many names as there are classes. */
function findLabels(evidence: readonly Evidence[], inferred: InferredSpec) {
  if (!tellsItsClasses(inferred)) return undefined;
  return evidence.find(
    (one) => one.labels?.length === inferred.classes && !isOfAnother(one, inferred),
  );
}

/**
 * The spec that a weights file and the files beside it describe, as text. Throws DiagnosticError where the file is unreadable or no ResNet that a
 * spec can describe, or takes other channels than are asked for.
 */
export async function specFromWeights(
  path: string,
  options: SpecFromWeightsOptions,
): Promise<SpecFromWeights> {
  const { labelsPath } = options;
  const weights = await openWeightsAt(path);
  try {
    for (const note of weights.file.notes) options.onNote?.(note);
    const inferred = describeWeights(weights.file, options);
    const evidence = await gatherEvidence(weights.path, {
      metadata: weights.file.metadata,
      channels: inferred.inputChannels,
      stages: inferred.stages.length,
    });
    const found = findLabels(evidence, inferred);
    const draft = draftFromWeights(inferred, evidence, {
      ...options,
      weights: weights.path,
      input: inputOf(inferred, options.input, weights.file.name),
      labels: found && { ...found, path: found.labelsFile ?? labelsPath },
    });
    const names = found?.labelsFile === undefined ? found?.labels : undefined;
    return { text: printSpec(draft), inferred, ...(names && labelsPath ? { labels: names } : {}) };
  } finally {
    weights.close();
  }
}
