/* Other tools' routes from the same network to ONNX (bench/peers/README.md). */
import { join } from 'node:path';
import type { Format } from './synthetic-weights.ts';
import { runProcess } from './whole-process.ts';

/** Interpreters of the peers' environments. */
export interface PeerPythons {
  readonly torch?: string | undefined;
  readonly paddle?: string | undefined;
}

export interface Peer {
  readonly name: string;
  readonly python: keyof PeerPythons;
  readonly script: string;
  readonly weights: Format;
  readonly parameters: readonly string[];
  /** Precisions in which it exports; paddle2onnx writes FP32 even where it is told otherwise. */
  readonly precisions: readonly ('fp32' | 'fp16')[];
}

const torch = {
  python: 'torch',
  script: 'export_torch.py',
  weights: 'pth',
  precisions: ['fp32', 'fp16'],
} as const;

export const legacyTorch: Peer = {
  ...torch,
  name: 'PyTorch, legacy exporter',
  parameters: ['--exporter', 'legacy'],
};

export const peers: readonly Peer[] = [
  legacyTorch,
  { ...torch, name: 'PyTorch, dynamo exporter', parameters: ['--exporter', 'dynamo'] },
  {
    name: 'paddle2onnx',
    python: 'paddle',
    script: 'export_paddle.py',
    weights: 'pdparams',
    parameters: [],
    precisions: ['fp32'],
  },
];

export interface PeerExport {
  /** A model of specs/, by name. */
  readonly model: string;
  /** Of the ONNX file. */
  readonly path: string;
  /** Beyond the peer's own; without `--weights` the numbers are random. */
  readonly parameters: readonly string[];
}

/** Lets a peer write a model as ONNX. */
export function exportWithPeer(
  peer: Peer,
  python: string,
  { model, path, parameters }: PeerExport,
): void {
  const script = join('bench/peers', peer.script);
  runProcess(python, [script, model, path, ...peer.parameters, ...parameters]);
}
