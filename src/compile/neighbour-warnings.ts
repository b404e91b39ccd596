import { basename } from 'node:path';
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { contradictionsOf } from '../evidence/compare.ts';
import { gatherEvidence } from '../evidence/gather.ts';
import type { Spec } from '../language/spec.ts';
import type { WeightsFiles } from './weights-files.ts';

/** What weights, the files beside them and their names say against a spec. */
export async function neighbourWarnings(
  spec: Spec,
  { path, file }: Pick<WeightsFiles, 'path' | 'file'>,
): Promise<readonly Diagnostic[]> {
  const weights = basename(path);
  const network = { channels: spec.input.channels, stages: spec.stages.length };
  const all = await gatherEvidence(path, { metadata: file.metadata, ...network });
  return all.flatMap((evidence) => {
    const { kind, source, beyond } = evidence;
    const found = contradictionsOf(evidence, spec);
    const details = found.map(({ said, has }) => `\`${said}\`, the spec has \`${has}\``);
    const facts = { kind, source, weights, count: found.length };
    return [
      ...(found.length > 0
        ? [createDiagnostic('weights-neighbour-disagrees', facts, { details })]
        : []),
      ...beyond.map((feature) =>
        createDiagnostic('weights-hidden-feature', { kind, source, weights, feature }),
      ),
    ];
  });
}
