import { installedGpuOf } from '../../engines/nvidia-smi.ts';
import type { TensorrtMachine } from '../../engines/tensorrt/machine/machine.ts';
import { parseBanner, resolveRelease } from '../../engines/tensorrt/planning/release.ts';
import type { KitFacts } from './kit-facts.ts';
import type { Attempt } from './read-attempt.ts';

const architectures: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'x64'],
  ['aarch64', 'arm64'],
]);

/** `linux-x64` of `Linux x86_64`, as Node names them. */
function systemOf(text: string): string {
  const [system = '', machine = ''] = text.split(' ');
  return `${system.toLowerCase()}-${architectures.get(machine) ?? machine}`;
}

/** The machine that an attempt ran on, as far as it tells: what it does not is the kit's. */
export function attemptMachine({ environment }: Attempt, kit: KitFacts): TensorrtMachine {
  const text = (name: string): string => environment.get(name) ?? '';
  const banner = parseBanner(`&&&& RUNNING TensorRT.trtexec ${text('banner')}`);
  const release = resolveRelease(banner?.version ?? kit.plans.at(-1)?.release ?? '');
  const row = text('gpu')
    .split(',')
    .map((cell) => cell.trim());
  const installed = row.length > 1 ? installedGpuOf(row) : undefined;
  const cuda = text('cuda');
  return {
    tool: { command: [text('trtexec') || 'trtexec'], source: 'PATH' },
    release,
    fullVersion: [release.version, banner?.build].filter((part) => part !== undefined).join('.'),
    gpu: {
      name: installed?.name ?? kit.gpu.name,
      computeCapability: installed?.computeCapability ?? kit.gpu.computeCapability,
    },
    ...(installed ? { installed } : {}),
    ...(cuda ? { cuda } : {}),
    system: systemOf(text('system')),
    notes: [],
  };
}
