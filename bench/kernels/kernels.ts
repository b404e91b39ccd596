/* Kernels in an engine of TensorRT-RTX: the published networks as rcc writes them, beside the same networks as other tools export them. */

import { join } from 'node:path';
import { readOnnx } from '../../codegen/onnx/read.ts';
import { auditGraphOfOnnx } from '../../engines/audit/audit-graph.ts';
import type { ComputeCapability } from '../../engines/tensorrt-rtx/compute-capability.ts';
import type { TensorrtRtxInstallation } from '../../engines/tensorrt-rtx/probe.ts';
import { append } from '../../src/collections/append.ts';
import { createFileByteSource } from '../../src/io/file-byte-source.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import { exportWithPeer, type Peer, type PeerPythons, peers } from '../peers.ts';
import {
  type BuildAudit,
  type BuildOptions,
  buildGraph,
  buildModelFile,
  graphFor,
} from './build-audit.ts';
import { type Network, networkNamed, readNetworks } from './networks.ts';
import { describeOutcome, type Outcome, outcomeOf } from './outcome.ts';

type Precision = 'fp32' | 'fp16';

const capabilities = ['7.5', '8.6', '12.0'] as const satisfies readonly ComputeCapability[];
export const precisions = ['fp32', 'fp16'] as const;
/** Networks that peers export too: each export takes half a minute. */
const peerModels = ['resnet50', 'resnet50_vd', 'resnet101_vd'] as const;

export interface KernelRow {
  /** Names of the specs that mean the network. */
  readonly networks: readonly string[];
  readonly writtenBy: string;
  readonly precision: Precision;
  readonly computeCapability: ComputeCapability;
  /** Convolutions, pools and the linear layer: none of them can share a kernel with another. */
  readonly bound: number;
  readonly outcome: Outcome;
}

const boundOps = /^Conv$|^Gemm$|Pool$/;

/** Of the network as lowered. */
export function boundOf({ graph }: Network): number {
  return graph.nodes.filter(({ op }) => boundOps.test(op)).length;
}

export interface Job {
  readonly installation: TensorrtRtxInstallation;
  readonly network: Network;
  readonly writtenBy: string;
  readonly precision: Precision;
  /** Default: all of the table of published networks. */
  readonly capabilities?: readonly ComputeCapability[];
  build(options: BuildOptions): Promise<BuildAudit>;
}

export async function countAll(
  job: Job,
  log: (line: string) => void,
): Promise<readonly KernelRow[]> {
  const { network, writtenBy, precision } = job;
  const rows: KernelRow[] = [];
  for (const computeCapability of job.capabilities ?? capabilities) {
    const options = { precision, capability: computeCapability };
    const outcome = await outcomeOf(() => job.build(options));
    const bound = boundOf(network);
    rows.push({
      networks: network.names,
      writtenBy,
      precision,
      computeCapability,
      bound,
      outcome,
    });
    const told = describeOutcome(outcome);
    log(`${network.spec.name} ${precision} ${computeCapability} by ${writtenBy}: ${told}`);
  }
  return rows;
}

/** The model that a peer wrote, built for one compute capability. */
export async function buildPeerModel(
  installation: TensorrtRtxInstallation,
  path: string,
  options: BuildOptions,
): Promise<BuildAudit> {
  const source = createFileByteSource(path);
  try {
    const graph = auditGraphOfOnnx((await readOnnx(source)).graph);
    return await buildModelFile(installation, { path, graph }, options);
  } finally {
    source.close();
  }
}

function countPeer(
  job: Omit<Job, 'writtenBy' | 'build'> & { readonly peer: Peer; readonly python: string },
  log: (line: string) => void,
): Promise<readonly KernelRow[]> {
  const { installation, peer, python, precision, network } = job;
  return withTemporaryFolder(async (folder) => {
    const path = join(folder, 'peer.onnx');
    const parameters = precision === 'fp32' ? [] : ['--precision', precision];
    exportWithPeer(peer, python, { model: network.spec.name, path, parameters });
    const build = (options: BuildOptions) => buildPeerModel(installation, path, options);
    return await countAll({ ...job, writtenBy: peer.name, build }, log);
  });
}

/** Builds every network in FP32 and FP16 for every compute capability, and some of them as each peer exports them whose interpreter is given. */
export async function benchKernels(
  installation: TensorrtRtxInstallation,
  pythons: PeerPythons,
  log: (line: string) => void,
): Promise<readonly KernelRow[]> {
  const networks = await readNetworks();
  const rows: KernelRow[] = [];
  for (const network of networks) {
    for (const precision of precisions) {
      const build = (options: BuildOptions) =>
        buildGraph(installation, graphFor(network.graph, options), options);
      const job = { installation, network, precision, build };
      append(rows, await countAll({ ...job, writtenBy: 'rcc' }, log));
    }
  }
  for (const network of peerModels.map((name) => networkNamed(networks, name))) {
    for (const peer of peers) {
      const python = pythons[peer.python];
      if (python === undefined) continue;
      for (const precision of peer.precisions) {
        append(rows, await countPeer({ installation, network, peer, python, precision }, log));
      }
    }
  }
  return rows;
}

/** One row a network and writer. */
export function kernelTable(rows: readonly KernelRow[]) {
  const built = capabilities.filter((each) =>
    rows.some(({ computeCapability }) => computeCapability === each),
  );
  const columns = precisions.flatMap((precision) =>
    built.map((computeCapability) => ({ precision, computeCapability })),
  );
  const titles = columns.map(
    ({ precision, computeCapability }) => `${precision.toUpperCase()} ${computeCapability}`,
  );
  const lines = [...new Set(rows.map(({ networks, writtenBy }) => `${networks}|${writtenBy}`))];
  const cells = lines.flatMap((line) => {
    const own = rows.filter(({ networks, writtenBy }) => `${networks}|${writtenBy}` === line);
    const [first] = own;
    if (!first) return [];
    const counts = columns.map(({ precision, computeCapability }) => {
      const row = own.find(
        (each) => each.precision === precision && each.computeCapability === computeCapability,
      );
      return row ? describeOutcome(row.outcome) : 'no export';
    });
    return [[first.networks.join(', '), first.writtenBy, String(first.bound), ...counts]];
  });
  return { head: ['network', 'written by', 'bound', ...titles], cells };
}
