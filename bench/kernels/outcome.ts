import { endsInOneKernel } from '../../engines/audit/block-verdicts.ts';
import type { LayerKind } from '../../engines/audit/layer.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { BuildAudit } from './build-audit.ts';

/** What an engine is made of. */
export interface Built {
  readonly kernels: number;
  /** Kernels by kind. */
  readonly kinds: Readonly<Partial<Record<LayerKind, number>>>;
  /** Residual blocks, and those of them that end in one kernel. */
  readonly blocks: number;
  readonly fused: number;
  /** Signals from one stream to another. */
  readonly signals: number;
}

/** What became of a build; a refusal of the compiler in its own words. */
export type Outcome = Built | { readonly refusal: string };

export function isBuilt(outcome: Outcome): outcome is Built {
  return 'kernels' in outcome;
}

/** Builds and counts; a refusal of the compiler is an outcome. */
export async function outcomeOf(build: () => Promise<BuildAudit>): Promise<Outcome> {
  try {
    const { audit, list } = await build();
    const { kernels, kinds, blocks } = audit;
    return {
      kernels,
      kinds: Object.fromEntries(kinds.map((each) => [each.kind, each.kernels])),
      blocks: blocks.length,
      fused: blocks.filter(endsInOneKernel).length,
      signals: list.layers.filter(({ type }) => type === 'signal').length,
    };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { refusal: error.diagnostics[0]?.message ?? '' };
  }
}

/** `62`, with what is out of the ordinary. */
export function describeOutcome(outcome: Outcome): string {
  if (!isBuilt(outcome)) return 'refused';
  const { kernels, blocks, fused, signals } = outcome;
  return [
    String(kernels),
    ...(signals > 0 ? [`${signals} signals`] : []),
    ...(fused < blocks ? [`${fused} of ${blocks} blocks fused`] : []),
  ].join(', ');
}
