import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import { elementCount } from '../../codegen/ir/types.ts';
import { ownValue } from '../../src/collections/own-value.ts';
import { gpus, isGpuName } from '../../src/estimate/gpus.ts';
import { type Kernel, kernelsOf } from '../../src/estimate/kernels.ts';
import type { Setting } from '../../src/estimate/roofline.ts';
import { type UnfittedStep, unfittedSteps } from '../../src/estimate/unfitted-steps.ts';
import { loadModels } from '../../src/language/load.ts';
import type { CatalogueEntry } from '../../src/report/catalogue.ts';
import type { Published } from '../../src/report/published.ts';

const specs = fileURLToPath(new URL('../../specs', import.meta.url));

/** One published latency with the network it belongs to; repeated measurements of one architecture are averaged. */
export interface FitCell {
  readonly architecture: string;
  readonly depth: number;
  readonly side: number;
  readonly kernels: readonly Kernel[];
  readonly steps: readonly UnfittedStep[];
  readonly inputElements: number;
  readonly setting: Setting;
  readonly publishedMs: number;
}

function settingOf(gpuName: string, precision: Setting['precision'], batch: number): Setting {
  const id = gpuName.toLowerCase();
  if (!isGpuName(id)) throw new Error(`${gpuName} has no data-sheet figures`);
  return { gpu: { ...gpus[id], id }, precision, batch };
}

async function networkOf(spec: string) {
  const { models, diagnostics } = await loadModels(join(specs, `${spec}.rn`), {
    readText: (path) => readFile(path, 'utf8'),
  });
  const model = models.find(({ name }) => name === basename(spec));
  if (!model) throw new Error(`${spec}: ${diagnostics.map(({ message }) => message).join(' ')}`);
  const { channels, height, width } = model.input;
  const inputElements = elementCount([channels, height, width]);
  const graph = lowerSpec(model);
  const steps = unfittedSteps(graph);
  return { depth: model.depth ?? 0, kernels: kernelsOf(graph), steps, inputElements };
}

export async function readCells(published: Published): Promise<readonly FitCell[]> {
  const cells = new Map<string, { cell: FitCell; publishedMs: number[] }>();
  for (const row of published.models) {
    const network = await networkOf(row.spec);
    for (const table of published.tables) {
      for (const [batch, publishedMs] of Object.entries(ownValue(row.latencyMs, table.id) ?? {})) {
        const key = [row.architecture, row.side, table.id, batch].join(' ');
        const known = cells.get(key);
        if (known) known.publishedMs.push(publishedMs);
        else {
          const setting = settingOf(table.gpu, table.precision, Number(batch));
          const { architecture, side } = row;
          const cell = { architecture, side, ...network, setting, publishedMs };
          cells.set(key, { cell, publishedMs: [publishedMs] });
        }
      }
    }
  }
  return [...cells.values()].map(({ cell, publishedMs }) => ({
    ...cell,
    publishedMs: publishedMs.reduce((sum, ms) => sum + ms, 0) / publishedMs.length,
  }));
}

/** Tables of the catalogue, as the page's are. */
const relativeTables = [
  { id: 'v100_fp32', gpu: 'v100', precision: 'fp32' },
  { id: 't4_fp16', gpu: 't4', precision: 'fp16' },
  { id: 't4_fp32', gpu: 't4', precision: 'fp32' },
] as const;
const relativeBatches = [1, 4, 8];

/** Published latencies of networks of the catalogue: the fit never sees them. */
export async function readRelatives(
  models: readonly CatalogueEntry[],
): Promise<readonly FitCell[]> {
  const cells: FitCell[] = [];
  for (const { name, published, input: side } of models) {
    if (!published?.t4_fp16 && !published?.v100_fp32) continue;
    const network = await networkOf(name);
    for (const { id, gpu, precision } of relativeTables) {
      for (const [index, publishedMs] of (published[id] ?? []).entries()) {
        const setting = settingOf(gpu, precision, relativeBatches[index] ?? 1);
        cells.push({ architecture: basename(name), side, ...network, setting, publishedMs });
      }
    }
  }
  return cells;
}
