/* Kernels in an engine of TensorRT-RTX: relatives of ResNet as rcc writes them, beside timm's network as PyTorch exports it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { TensorrtRtxInstallation } from '../../engines/tensorrt-rtx/probe.ts';
import { append } from '../../src/collections/append.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import { withTemporaryFolder } from '../../src/io/temporary-folder.ts';
import type { Spec } from '../../src/language/spec.ts';
import { exportWithPeer, legacyTorch, type PeerPythons } from '../peers.ts';
import { type BuildOptions, buildGraph, graphFor } from './build-audit.ts';
import { buildPeerModel, countAll, type KernelRow, precisions } from './kernels.ts';
import { type Network, numbered } from './networks.ts';

const capabilities = ['7.5', '8.6'] as const;
const peer = legacyTorch;

/** Of specs/timm: each feature in a network of common size, and a few deep ones. */
const named = [
  ...['resnext50_32x4d', 'wide_resnet50_2', 'seresnet50', 'seresnext50_32x4d', 'resnetrs50'],
  ...['ecaresnet50d', 'res2net50_26w_4s', 'res2next50', 'resnest50d', 'resnest50d_1s4x24d'],
  ...['resnest50d_4s2x40d', 'skresnet34', 'skresnext50_32x4d', 'resnetaa50d', 'resnetblur50'],
  ...['resnet50_gn', 'test_resnet', 'seresnext101_32x4d', 'res2net101_26w_4s', 'senet154'],
];
const byOption = 'bench/kernels/families.rn';

function networkOf(spec: Spec): Network {
  return { names: [spec.name], spec, graph: numbered(lowerSpec(spec)) };
}

/** The specs that were named, or the whole set. */
async function readFamilies(only: readonly string[] | undefined): Promise<readonly Spec[]> {
  const { specs: optional } = await loadSpecFiles([byOption]);
  const wanted = only ?? [...named, ...optional.map(({ name }) => name)];
  const files = wanted
    .filter((name) => !optional.some((spec) => spec.name === name))
    .map((name) => `specs/timm/${name}.rn`);
  const { specs } = await loadSpecFiles(files);
  const found = new Map([...specs, ...optional].map((spec) => [spec.name, spec]));
  return wanted.map((name) => {
    const spec = found.get(name);
    if (!spec) throw new Error(`there is no spec '${name}' in specs/timm or ${byOption}`);
    return spec;
  });
}

/** Rows of an earlier run in the order of the set, those of the networks measured now in their place. */
export function amongEarlier(path: string, measured: readonly KernelRow[]): readonly KernelRow[] {
  const earlier: { readonly rows: readonly KernelRow[] } = existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : { rows: [] };
  const isNew = (row: KernelRow) =>
    measured.some(({ networks }) => `${networks}` === `${row.networks}`);
  const place = ({ networks: [name = ''] }: KernelRow) => {
    const found = named.indexOf(name);
    return found < 0 ? named.length : found;
  };
  return [...earlier.rows.filter((row) => !isNew(row)), ...measured].toSorted(
    (a, b) => place(a) - place(b),
  );
}

export interface FamilyOptions {
  /** Whose interpreter exports the same network. */
  readonly pythons: PeerPythons;
  /** Names of specs/timm and families.rn; default: the set. */
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

/** Builds every network of the set in FP32 and FP16, and as PyTorch exports it where an interpreter is given. */
export async function benchFamilies(
  installation: TensorrtRtxInstallation,
  { pythons, only }: FamilyOptions,
  log: (line: string) => void,
): Promise<readonly KernelRow[]> {
  const rows: KernelRow[] = [];
  const python = exporterOf(pythons.torch, log);
  for (const spec of await readFamilies(only)) {
    const network = networkOf(spec);
    for (const precision of precisions) {
      const job = { installation, network, precision, capabilities };
      const build = (options: BuildOptions) =>
        buildGraph(installation, graphFor(network.graph, options), options);
      append(rows, await countAll({ ...job, writtenBy: 'rcc', build }, log));
      if (python === undefined) continue;
      await withTemporaryFolder(async (folder) => {
        const path = join(folder, 'peer.onnx');
        const side = String(spec.input.height);
        const parameters = ['--precision', precision, '--side', side];
        exportWithPeer(peer, python, { model: spec.name, path, parameters });
        const theirs = (options: BuildOptions) => buildPeerModel(installation, path, options);
        append(rows, await countAll({ ...job, writtenBy: peer.name, build: theirs }, log));
      });
    }
  }
  return rows;
}
