/* Kernels in an engine of TensorRT-RTX: relatives of ResNet as rcc writes them, beside timm's network as PyTorch exports it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { TensorrtRtxInstallation } from '../../engines/tensorrt-rtx/probe.ts';
import { append } from '../../src/collections/append.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import { exportWithPeer, legacyTorch, type PeerPythons } from '../peers.ts';
import { type BuildOptions, buildGraph, graphFor } from './build-audit.ts';
import { buildPeerModel, countAll, type KernelRow, precisions } from './kernels.ts';
import { type Network, networkNamed, numbered } from './networks.ts';

const capabilities = ['7.5', '8.6'] as const;
const peer = legacyTorch;

/** The networks of families.rn, or those of the names. */
async function readFamilies(names: readonly string[] | undefined): Promise<readonly Network[]> {
  const { specs } = await loadSpecFiles(['bench/kernels/families.rn']);
  const networks = specs.map((spec) => ({
    names: [spec.name],
    spec,
    graph: numbered(lowerSpec(spec)),
  }));
  return names ? names.map((name) => networkNamed(networks, name)) : networks;
}

export interface FamilyOptions {
  /** Whose interpreter exports the same network. */
  readonly pythons: PeerPythons;
  /** Names of networks; default: all. */
  readonly only?: readonly string[] | undefined;
}

/** What an interpreter lacks that the peer's script wants, in its own words; undefined where it lacks nothing. */
function lackOf(python: string): string | undefined {
  const { status, stderr, error } = spawnSync(python, ['-c', 'import onnx, timm, torch'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n').at(-1));
}

/** The interpreter that exports; says why there is none. */
function exporterOf(python: string | undefined, log: (line: string) => void): string | undefined {
  const needs = 'it needs --torch-python with torch, timm and onnx';
  const lack = python === undefined ? needs : lackOf(python);
  if (lack !== undefined) log(`families: what ${peer.name} writes is left out: ${lack}`);
  return lack === undefined ? python : undefined;
}

/** Builds every network of families.rn in FP32 and FP16, and as PyTorch exports it where an interpreter is given. */
export async function benchFamilies(
  installation: TensorrtRtxInstallation,
  { pythons, only }: FamilyOptions,
  log: (line: string) => void,
): Promise<readonly KernelRow[]> {
  const rows: KernelRow[] = [];
  const python = exporterOf(pythons.torch, log);
  for (const network of await readFamilies(only)) {
    for (const precision of precisions) {
      const job = { installation, network, precision, capabilities };
      const build = (options: BuildOptions) =>
        buildGraph(installation, graphFor(network.graph, options), options);
      append(rows, await countAll({ ...job, writtenBy: 'rcc', build }, log));
      if (python === undefined) continue;
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
