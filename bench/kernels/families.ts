/* Kernels in an engine of TensorRT-RTX: relatives of ResNet as rcc writes them, beside timm's network as PyTorch exports it. */
import { join } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { TensorrtRtxInstallation } from '../../engines/tensorrt-rtx/probe.ts';
import { append } from '../../src/collections/append.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import { exportWithPeer, type PeerPythons, peers } from '../peers.ts';
import { type BuildOptions, buildGraph, graphFor } from './build-audit.ts';
import { buildPeerModel, countAll, type KernelRow, precisions } from './kernels.ts';
import { type Network, numbered } from './networks.ts';

const capabilities = ['7.5', '8.6'] as const;
const [peer] = peers;

async function readFamilies(): Promise<readonly Network[]> {
  const { specs } = await loadSpecFiles(['bench/kernels/families.rn']);
  return specs.map((spec) => ({ names: [spec.name], spec, graph: numbered(lowerSpec(spec)) }));
}

/** Builds every network of families.rn in FP32 and FP16, and as PyTorch exports it where an interpreter is given. */
export async function benchFamilies(
  installation: TensorrtRtxInstallation,
  { torch: python }: PeerPythons,
  log: (line: string) => void,
): Promise<readonly KernelRow[]> {
  const rows: KernelRow[] = [];
  for (const network of await readFamilies()) {
    for (const precision of precisions) {
      const job = { installation, network, precision, capabilities };
      const build = (options: BuildOptions) =>
        buildGraph(installation, graphFor(network.graph, options), options);
      append(rows, await countAll({ ...job, writtenBy: 'rcc', build }, log));
      if (python === undefined || !peer) continue;
      await withTemporaryFolder(async (folder) => {
        const path = join(folder, 'peer.onnx');
        const side = String(network.spec.input.height);
        const parameters = ['--precision', precision, '--side', side];
        exportWithPeer(peer, python, { model: network.spec.name, path, parameters });
        const theirs = (options: BuildOptions) => buildPeerModel(installation, path, options);
        append(rows, await countAll({ ...job, writtenBy: peer.name, build: theirs }, log));
      });
    }
  }
  return rows;
}
