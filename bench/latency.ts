/* Latency of the embedded engine against the same network exported by other tools, in turn, in one run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnnxruntimeEngine } from '../engines/onnxruntime/engine.ts';
import { exportWithPeer, type PeerPythons, peers } from './peers.ts';
import { type Format, writeSyntheticWeights } from './synthetic-weights.ts';
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

const model = 'resnet50_vd';

/** Times ResNet50_vd at batch 1 and 8 against every peer whose interpreter is given, on the same weights. */
export async function benchLatency(
  pythons: PeerPythons,
  rounds: number,
  log: (line: string) => void,
): Promise<readonly LatencyRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rcc-latency-'));
  const engine = createOnnxruntimeEngine();
  const measure = async (path: string, batch: number) => {
    const request = { batch, warmUpMs: 500, durationMs: 2000, minIterations: 5 };
    const { latency, settings } = await engine.measure(path, request);
    return { ms: latency.medianMs, threads: Number(settings.threads) };
  };
  const rows: LatencyRow[] = [];
  const weights = (format: Format): string => join(folder, `${model}.${format}`);
  try {
    for (const format of ['pdparams', 'pth'] as const) {
      await writeSyntheticWeights(model, format, weights(format));
    }
    runProcess(process.execPath, [
      ...['dist/rcc.js', 'compile', `specs/${model}.rn`, '--target', 'onnxruntime'],
      ...['--weights', weights('pdparams'), '-o', join(folder, 'rcc')],
      ...['--no-time', '--no-verify', '--quiet'],
    ]);
    for (const [index, peer] of peers.entries()) {
      const python = pythons[peer.python];
      if (python === undefined) continue;
      const path = join(folder, `peer${index}.onnx`);
      const parameters = ['--weights', weights(peer.weights)];
      exportWithPeer(peer, python, { model, path, parameters });
      for (const batch of [1, 8]) {
        const pairs = [];
        for (let round = 0; round < rounds; round++) {
          const rcc = await measure(join(folder, 'rcc', 'model.ort.onnx'), batch);
          pairs.push({ rcc, peer: await measure(path, batch) });
        }
        const row: LatencyRow = {
          network: peer.name,
          batch,
          rccMs: medianOf(pairs.map(({ rcc }) => rcc.ms)),
          peerMs: medianOf(pairs.map((pair) => pair.peer.ms)),
          ratio: medianOf(pairs.map((pair) => pair.rcc.ms / pair.peer.ms)),
          rccThreads: medianOf(pairs.map(({ rcc }) => rcc.threads)),
          peerThreads: medianOf(pairs.map((pair) => pair.peer.threads)),
        };
        log(
          `${peer.name}, batch ${batch}: rcc ${row.rccMs.toFixed(1)} ms, peer ${row.peerMs.toFixed(1)} ms`,
        );
        rows.push(row);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

export function latencyTable(rows: readonly LatencyRow[]) {
  return {
    head: ['exported by', 'batch', 'rcc ms', 'theirs ms', 'rcc / theirs', 'threads'],
    cells: rows.map(({ network, batch, rccMs, peerMs, ratio, rccThreads, peerThreads }) => [
      network,
      String(batch),
      rccMs.toFixed(1),
      peerMs.toFixed(1),
      ratio.toFixed(2),
      `${rccThreads} / ${peerThreads}`,
    ]),
  };
}
