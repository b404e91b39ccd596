/* What TensorRT-RTX makes of each form of one network. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { type Pass, runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import { shapeHead } from '../../codegen/passes/shape-head.ts';
import type { Precision } from '../../codegen/precisions.ts';
import { auditLayers } from '../../engines/audit/audit.ts';
import { auditGraphOf } from '../../engines/audit/audit-graph.ts';
import { readLayerList } from '../../engines/audit/read-layer-list.ts';
import type { ComputeCapability } from '../../engines/tensorrt-rtx/compute-capability.ts';
import { tensorrtRtxForm } from '../../engines/tensorrt-rtx/graph-form.ts';
import type { TensorrtRtxInstallation } from '../../engines/tensorrt-rtx/probe.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import { type BuildAudit, type BuildOptions, buildGraph, writeOnnxFile } from './build-audit.ts';
import { type Network, networkNamed, numbered, rangesOf, readNetworks } from './networks.ts';
import { describeOutcome, type Outcome, outcomeOf } from './outcome.ts';
import { type Trial, trials } from './trials.ts';

/** The network that is tried. */
export const triedModel = 'resnet50_vd';

const capabilities = ['7.5', '8.6'] as const satisfies readonly ComputeCapability[];

export interface FormRow extends Pick<Trial, 'part' | 'form'> {
  readonly precision: Precision;
  readonly computeCapability: ComputeCapability;
  readonly outcome: Outcome;
}

/** rcc's own passes, with what the trial changes of them. */
function passesOf(trial: Trial, graph: Graph, options: BuildOptions): readonly Pass[] {
  const own = passesFor({
    ...tensorrtRtxForm(options.precision, Number(options.capability)),
    ranges: rangesOf(graph),
    ...trial.pipeline,
  });
  const changed = own.flatMap((pass) => {
    if (pass.name === 'foldBatchNorm' && trial.folded === false) return [];
    if (pass.name !== 'shapeHead') return [pass];
    return [trial.head ? shapeHead(trial.head) : pass, ...(trial.before ?? [])];
  });
  return [...changed, ...(trial.after ?? [])];
}

const builder = fileURLToPath(new URL('./build_with_format.py', import.meta.url));

/** Builds with the input in a layout that only the builder can be told. */
async function buildWithFormat(
  { python }: TensorrtRtxInstallation,
  graph: Graph,
  { precision, capability }: BuildOptions,
  format: string,
): Promise<BuildAudit> {
  return await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'model.onnx');
    await writeOnnxFile(path, graph);
    const files = ['--onnx', path, '--engine', join(folder, 'model.plan')];
    const options = ['--compute-capability', capability, '--batches', '1,4,8'];
    const run = spawnSync(python.path, [builder, format, ...files, ...options], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (run.status !== 0) throw new Error(`${format}: ${run.stdout.slice(-1000)}${run.stderr}`);
    const list = readLayerList({ name: format, text: run.stdout });
    return { audit: auditLayers(list, { precision, graph: auditGraphOf(graph) }), list };
  });
}

async function buildTrial(
  installation: TensorrtRtxInstallation,
  network: Network,
  trial: Trial,
  options: BuildOptions,
): Promise<BuildAudit> {
  const { batch, inputFormat, build } = trial;
  const lowered =
    batch === undefined ? network.graph : numbered(lowerSpec(network.spec, { batch }));
  const { graph } = runPasses(lowered, passesOf(trial, lowered, options));
  return inputFormat === undefined
    ? await buildGraph(installation, graph, { ...options, ...build })
    : await buildWithFormat(installation, graph, options, inputFormat);
}

/** Builds ResNet50_vd in every form that is tried. */
export async function benchForms(
  installation: TensorrtRtxInstallation,
  log: (line: string) => void,
): Promise<readonly FormRow[]> {
  const network = networkNamed(await readNetworks(), triedModel);
  const rows: FormRow[] = [];
  for (const trial of trials) {
    for (const precision of trial.precisions) {
      for (const capability of capabilities) {
        const options = { precision, capability };
        const outcome = await outcomeOf(() => buildTrial(installation, network, trial, options));
        const { part, form } = trial;
        rows.push({ part, form, precision, computeCapability: capability, outcome });
        log(`${part}, ${form}, ${precision} ${capability}: ${describeOutcome(outcome)}`);
      }
    }
  }
  return rows;
}

const columns = (['fp32', 'fp16', 'int8'] as const).flatMap((precision) =>
  capabilities.map((computeCapability) => ({ precision, computeCapability })),
);

/** One row a form. */
export function formTable(rows: readonly FormRow[]) {
  const titles = columns.map(
    ({ precision, computeCapability }) => `${precision.toUpperCase()} ${computeCapability}`,
  );
  const cells = trials.map(({ part, form }) => [
    part,
    form,
    ...columns.map(({ precision, computeCapability }) => {
      const row = rows.find(
        (each) =>
          each.part === part &&
          each.form === form &&
          each.precision === precision &&
          each.computeCapability === computeCapability,
      );
      return row ? describeOutcome(row.outcome) : '';
    }),
  ]);
  return { head: ['', 'form', ...titles], cells };
}
