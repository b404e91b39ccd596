/* Kernels in an engine of TensorRT-RTX whose graph is quantised: INT8 with either rest, and FP8. */
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import type { ComputeCapability } from '../../engines/tensorrt-rtx/compute-capability.ts';
import { tensorrtRtxForm } from '../../engines/tensorrt-rtx/graph-form.ts';
import type { TensorrtRtxInstallation } from '../../engines/tensorrt-rtx/probe.ts';
import { loadOneSpec } from '../../src/compile/spec-files.ts';
import { buildGraph } from './build-audit.ts';
import { numbered, rangesOf } from './networks.ts';
import { describeOutcome, type Outcome, outcomeOf } from './outcome.ts';

const specs = ['specs/resnet18.rn', 'specs/resnet50_vd.rn', 'examples/digits/digits.rn'] as const;

interface Form {
  readonly precision: 'int8' | 'fp8';
  /** What computes between the quantisers. */
  readonly rest: 'float16' | 'float32';
  readonly capabilities: readonly ComputeCapability[];
}

const forms: readonly Form[] = [
  { precision: 'int8', rest: 'float16', capabilities: ['7.5', '8.6'] },
  { precision: 'int8', rest: 'float32', capabilities: ['7.5', '8.6'] },
  { precision: 'fp8', rest: 'float16', capabilities: ['8.9', '12.0'] },
];

export interface QuantizedRow {
  readonly network: string;
  readonly precision: Form['precision'];
  readonly rest: Form['rest'];
  readonly computeCapability: ComputeCapability;
  readonly outcome: Outcome;
}

function graphOf(graph: Graph, { precision, rest }: Form, capability: ComputeCapability): Graph {
  const form = tensorrtRtxForm(precision, Number(capability));
  const passes = passesFor({ ...form, int8Rest: rest, ranges: rangesOf(graph) });
  return runPasses(graph, passes).graph;
}

/** Builds three networks in every quantised form for the GPUs that it is for. */
export async function benchQuantized(
  installation: TensorrtRtxInstallation,
  log: (line: string) => void,
): Promise<readonly QuantizedRow[]> {
  const rows: QuantizedRow[] = [];
  for (const path of specs) {
    const { spec } = await loadOneSpec(path);
    const graph = numbered(lowerSpec(spec));
    for (const form of forms) {
      for (const capability of form.capabilities) {
        const { precision, rest } = form;
        const options = { precision, capability };
        const written = graphOf(graph, form, capability);
        const outcome = await outcomeOf(() => buildGraph(installation, written, options));
        const computeCapability = capability;
        rows.push({ network: spec.name, precision, rest, computeCapability, outcome });
        log(`${spec.name} ${precision} (${rest}) ${capability}: ${describeOutcome(outcome)}`);
      }
    }
  }
  return rows;
}

/** One row a network. */
export function quantizedTable(rows: readonly QuantizedRow[]) {
  const columns = forms.flatMap(({ precision, rest, capabilities }) =>
    capabilities.map((capability) => ({ precision, rest, capability })),
  );
  const head = [
    'network',
    ...columns.map(
      ({ precision, rest, capability }) =>
        `${precision.toUpperCase()}, rest in ${rest}, ${capability}`,
    ),
  ];
  const cells = [...new Set(rows.map(({ network }) => network))].map((network) => [
    network,
    ...columns.map(({ precision, rest, capability }) => {
      const row = rows.find(
        (each) =>
          each.network === network &&
          each.precision === precision &&
          each.rest === rest &&
          each.computeCapability === capability,
      );
      return row ? describeOutcome(row.outcome) : '';
    }),
  ]);
  return { head, cells };
}
