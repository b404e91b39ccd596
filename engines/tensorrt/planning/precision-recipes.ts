import type { GraphForm } from '../../../codegen/passes/graph-form.ts';
import type { Precision } from '../../../codegen/precisions.ts';
import {
  createDiagnostic,
  type Diagnostic,
  DiagnosticError,
} from '../../../src/diagnostics/diagnostic.ts';
import { tensorrtForm } from './graph-form.ts';
import type { TensorrtIntent } from './intent.ts';
import { isDeprecated, type OptionName } from './option-table.ts';
import type { Release } from './release.ts';
import { orderOf } from './release-order.ts';

/** Which form of the network trtexec is to be given. */
export type GraphFlavour = 'fp32' | 'typed-fp16' | 'int8-qdq' | 'fp8-qdq';

interface Recipe {
  readonly precision: Precision;
  readonly typing: 'weak' | 'strong';
  readonly from: string;
  readonly to?: string;
  readonly options: readonly OptionName[];
  readonly graph: GraphFlavour;
}

/**
 * How each precision is asked for; `typing: auto` takes the first row that the release allows.
 * 8.x has no strong typing, 9.1 to 10.16 have a flag for it, from 11.0 the graph's types always decide and the precision flags are gone.
 */
const recipes: readonly Recipe[] = [
  { precision: 'fp32', typing: 'strong', from: '11.0.0', options: [], graph: 'fp32' },
  { precision: 'fp32', typing: 'weak', from: '8.5.0', to: '10.99.0', options: [], graph: 'fp32' },
  {
    precision: 'fp32',
    typing: 'strong',
    from: '9.1.0',
    to: '10.99.0',
    options: ['--stronglyTyped'],
    graph: 'fp32',
  },
  { precision: 'fp16', typing: 'strong', from: '11.0.0', options: [], graph: 'typed-fp16' },
  {
    precision: 'fp16',
    typing: 'strong',
    from: '9.1.0',
    to: '10.99.0',
    options: ['--stronglyTyped'],
    graph: 'typed-fp16',
  },
  {
    precision: 'fp16',
    typing: 'weak',
    from: '8.5.0',
    to: '10.99.0',
    options: ['--fp16'],
    graph: 'fp32',
  },
  {
    precision: 'fp16',
    typing: 'strong',
    from: '8.5.0',
    to: '9.0.99',
    options: ['--fp16'],
    graph: 'typed-fp16',
  },
  { precision: 'int8', typing: 'strong', from: '11.0.0', options: [], graph: 'int8-qdq' },
  {
    precision: 'int8',
    typing: 'strong',
    from: '9.1.0',
    to: '10.99.0',
    options: ['--stronglyTyped'],
    graph: 'int8-qdq',
  },
  // With --int8 alone, whatever is not quantised would run in FP32.
  {
    precision: 'int8',
    typing: 'weak',
    from: '8.5.0',
    to: '10.99.0',
    options: ['--int8', '--fp16'],
    graph: 'int8-qdq',
  },
  { precision: 'fp8', typing: 'strong', from: '11.0.0', options: [], graph: 'fp8-qdq' },
  // Parsers read the type from 9.0 on (onnx-tensorrt, docs/Changelog.md). As far as is known, FP8 convolutions came to Ada with 10.3
  // (NVIDIA's release notes of 10.3.0, as others cite them).
  {
    precision: 'fp8',
    typing: 'strong',
    from: '10.3.0',
    to: '10.99.0',
    options: ['--stronglyTyped'],
    graph: 'fp8-qdq',
  },
];

const ranged = recipes.map((recipe) => ({
  ...recipe,
  first: orderOf(recipe.from),
  last: recipe.to ? orderOf(recipe.to) : Infinity,
}));

/** Before it, the ONNX parser was documented for float32 weights with Q/DQ only. */
const int8WeightsSince = orderOf('10.0.0');
const graphPrecisions = {
  fp32: 'fp32',
  'typed-fp16': 'fp16',
  'int8-qdq': 'int8',
  'fp8-qdq': 'fp8',
} as const satisfies Record<GraphFlavour, Precision>;

/** The graph of a flavour, in the words of the passes. */
function formOf({ graph, strong }: PrecisionPlan, release: Release): GraphForm {
  const precision = graphPrecisions[graph];
  if (graph !== 'int8-qdq') return tensorrtForm(precision);
  return tensorrtForm(precision, {
    int8Weights: release.tableOrder >= int8WeightsSince ? 'int8' : 'float32',
    // Parsers are built with ONNX 1.14, which has opset 19, from 9.0 on (onnx-tensorrt, docs/Changelog.md). That 9.x takes float16 scales is
    // expected: it was not tried.
    ...(strong && { int8Rest: 'float16' as const }),
  });
}

export interface PrecisionPlan {
  readonly graph: GraphFlavour;
  readonly strong: boolean;
  /** Whether the builder may compute a layer in another type than the graph's, so that layers have to be held by name. */
  readonly choosesTypes: boolean;
  readonly options: readonly OptionName[];
}

/** Options and graph flavour for the precision; undefined with a diagnostic where the release cannot be asked that way. */
export function planPrecision(
  intent: TensorrtIntent,
  release: Release,
  diagnostics: Diagnostic[],
): PrecisionPlan | undefined {
  const { precision, typing, tf32 } = intent;
  const recipe = ranged.find(
    (r) =>
      r.precision === precision &&
      (typing === 'auto' || r.typing === typing) &&
      r.first <= release.tableOrder &&
      release.tableOrder <= r.last,
  );
  if (!recipe) {
    const { version } = release;
    const since = ranged.findLast((r) => r.precision === precision)?.from;
    if (since === undefined) {
      const facts = { precision, target: 'TensorRT', able: [] };
      diagnostics.push(createDiagnostic('precision-not-of-target', facts));
      return undefined;
    }
    diagnostics.push(
      typing === 'auto'
        ? createDiagnostic('tensorrt-precision-too-new', { precision, version, since })
        : createDiagnostic('tensorrt-typing-lacking', { precision, typing, version }),
    );
    return undefined;
  }
  for (const option of recipe.options.filter((o) => isDeprecated(release, o))) {
    const { version } = release;
    diagnostics.push(createDiagnostic('tensorrt-option-deprecated', { option, version }));
  }
  const noTf32: OptionName[] = precision === 'fp32' && !tf32 ? ['--noTF32'] : [];
  return {
    graph: recipe.graph,
    strong: recipe.typing === 'strong',
    choosesTypes: recipe.options.includes('--fp16'),
    options: [...recipe.options, ...noTf32],
  };
}

/** The graph to write for the precision. Throws DiagnosticError where the release cannot be asked that way. */
export function graphFor(intent: TensorrtIntent, release: Release): GraphForm {
  const against: Diagnostic[] = [];
  const plan = planPrecision(intent, release, against);
  if (!plan) throw new DiagnosticError(against);
  return formOf(plan, release);
}
