/* Latency of the embedded engine against the same network exported by other tools, in turn, in one run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnnxruntimeEngine } from '../engines/onnxruntime/engine.ts';
import { medianOf, runProcess } from './whole-process.ts';

export interface LatencyRow {
  readonly network: string;
  readonly batch: number;
  readonly rccMs: number;
  readonly peerMs: number;
  /** Median of rcc over peer, pair by pair. */
  readonly ratio: number;
  readonly rccThreads: number;
  readonly peerThreads: number;
}

interface Peer {
  readonly name: string;
  readonly script: string;
  readonly parameters: readonly string[];
}

const peers: readonly Peer[] = [
  {
    name: 'PyTorch, legacy exporter',
    script: 'export_torch.py',
    parameters: ['--exporter', 'legacy'],
  },
  {
    name: 'PyTorch, dynamo exporter',
    script: 'export_torch.py',
    parameters: ['--exporter', 'dynamo'],
  },
];

/** Times ResNet50_vd at batch 1 and 8. `python` has torch, timm and onnx (bench/peers/README.md). */
export async function benchLatency(
  python: string,
  rounds: number,
  log: (line: string) => void,
): Promise<readonly LatencyRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-latency-'));
  const engine = createOnnxruntimeEngine();
  const measure = async (path: string, batch: number) => {
    const request = { batch, warmUpMs: 500, durationMs: 2000, minIterations: 5 };
    const { latency, settings } = await engine.measure(path, 'fp32', request);
    return { ms: latency.medianMs, threads: Number(settings.threads) };
  };
  const rows: LatencyRow[] = [];
  try {
    runProcess(process.execPath, [
      ...['dist/rcc.js', 'compile', 'specs/resnet50_vd.rn', '--target', 'onnxruntime'],
      ...['--no-time', '--no-verify', '--quiet', '-o', join(folder, 'rcc')],
    ]);
    for (const [index, { name, script, parameters }] of peers.entries()) {
      const peer = join(folder, `peer${index}.onnx`);
      runProcess(python, [join('bench/peers', script), 'resnet50_vd', peer, ...parameters]);
      for (const batch of [1, 8]) {
        const pairs = [];
        for (let round = 0; round < rounds; round++) {
          const rcc = await measure(join(folder, 'rcc', 'model.ort.onnx'), batch);
          pairs.push({ rcc, peer: await measure(peer, batch) });
        }
        const row: LatencyRow = {
          network: name,
          batch,
          rccMs: medianOf(pairs.map(({ rcc }) => rcc.ms)),
          peerMs: medianOf(pairs.map((pair) => pair.peer.ms)),
          ratio: medianOf(pairs.map((pair) => pair.rcc.ms / pair.peer.ms)),
          rccThreads: medianOf(pairs.map(({ rcc }) => rcc.threads)),
          peerThreads: medianOf(pairs.map((pair) => pair.peer.threads)),
        };
        log(
          `${name}, batch ${batch}: rcc ${row.rccMs.toFixed(1)} ms, peer ${row.peerMs.toFixed(1)} ms`,
        );
        rows.push(row);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}
