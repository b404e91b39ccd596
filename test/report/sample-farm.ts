import type { BenchRow, MissingCell, NamedBench } from '../../src/report/bench-file.ts';
import { missingStates } from '../../src/report/cell-states.ts';
import { fullSampleBench, sampleBench, sampleRow } from './sample-bench.ts';

/** Invented figures of a farm in which every state is met. */
type FarmRow = Partial<Pick<BenchRow, 'state' | 'spread' | 'warnings'>> & {
  readonly model: string;
  readonly ms: number;
  readonly batch?: number;
  readonly standIn?: boolean;
  readonly node?: string;
};

export function farmRow({
  model,
  ms,
  batch = 1,
  standIn,
  node = 'gpu1',
  ...said
}: FarmRow): BenchRow {
  const stable = said.state !== 'unstable';
  const row = sampleRow({ model, ms, batch, device: 't4', precision: 'fp16', stable });
  const provenance = {
    kitKey: `key-${model}`,
    node,
    job: `4711_${batch}`,
    attempt: `4711_${batch}.0`,
    gpu: 't4',
    ...(standIn ? { standIn } : {}),
  };
  return { ...row, provenance, state: 'done', ...said };
}

export function missingCell(extra: Partial<MissingCell> = {}): MissingCell {
  const common = { model: 'resnet50', precision: 'fp16', gpu: 'v100', batches: [1, 4] } as const;
  return { ...common, batches: [...common.batches], state: 'lost', why: 'it was killed', ...extra };
}

const spread = { attempts: 3, nodes: 2, minMs: 1.9, maxMs: 2.2 };
const shared = ['1 other process computed on the GPU.'];

/** Of each state a row or a hole; measured. */
export function farmBench(): NamedBench {
  const rows = [
    farmRow({ model: 'resnet18', ms: 1 }),
    farmRow({ model: 'resnet18', ms: 2, batch: 4, spread, node: 'gpu2' }),
    farmRow({ model: 'resnet34', ms: 1.7, state: 'partial' }),
    farmRow({ model: 'resnet50', ms: 9, state: 'unstable', warnings: shared }),
    farmRow({ model: 'resnet50', ms: 3, batch: 4 }),
  ];
  const missing = [
    missingCell({ model: 'resnet34', gpu: 't4', batches: [4], state: 'partial', why: 'no room' }),
    ...missingStates.map((state, i) =>
      missingCell({ model: `net${i}`, state, why: `because ${i}` }),
    ),
  ];
  return { path: 'farm/bench.json', bench: sampleBench(rows, { missing }) };
}

/** The same way gone with a stand-in: figures, layers, an audit, a hole. */
export function standInFarm(): NamedBench {
  const provenance = { standIn: true };
  const { profiles, audits } = fullSampleBench();
  const rows = [
    farmRow({ model: 'resnet18', ms: 777.125, standIn: true }),
    farmRow({ model: 'resnet50', ms: 888.125, standIn: true, state: 'unstable', warnings: shared }),
  ];
  return {
    path: 'try/bench.json',
    bench: sampleBench(rows, {
      profiles: profiles.map((profile) => ({ ...profile, provenance })),
      audits: audits.map((audit) => ({ ...audit, provenance })),
      missing: [missingCell({ state: 'planned', why: 'nothing was submitted' })],
    }),
  };
}
