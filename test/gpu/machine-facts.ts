import type { TensorrtMachine } from '../../engines/tensorrt/machine/machine.ts';
import { orderOf, releaseLine } from '../../engines/tensorrt/planning/release-order.ts';
import type { Condition } from './row.ts';

/** What a report says of the machine. */
export interface MachineFacts {
  readonly tensorrt: string;
  readonly gpu: string;
  readonly computeCapability: string;
  readonly driver?: string | undefined;
  readonly cuda?: string | undefined;
  readonly os: string;
  readonly node: string;
  readonly isPlain: boolean;
}

export function factsOf({
  fullVersion,
  gpu,
  installed,
  cuda,
  tool,
}: TensorrtMachine): MachineFacts {
  return {
    tensorrt: fullVersion,
    gpu: gpu.name,
    computeCapability: gpu.computeCapability,
    driver: installed?.driver,
    cuda,
    os: `${process.platform}-${process.arch}`,
    node: process.version,
    isPlain: tool.command.length === 1,
  };
}

/** A line stands for all its patches. */
function isUpTo(order: number, to: string): boolean {
  const isLine = to.split('.').length === 2;
  return isLine ? orderOf(releaseLine(order)) <= orderOf(to) : order <= orderOf(to);
}

/** Why a row says nothing on this machine; undefined where it does. */
export function reasonAgainst(
  row: Condition,
  facts: MachineFacts,
  order: number,
): string | undefined {
  const { from, to, capabilityFrom, capabilityTo, isPlain } = row;
  const capability = Number(facts.computeCapability);
  if (from && order < orderOf(from)) return `it is for TensorRT ${from} and later`;
  if (to && !isUpTo(order, to)) return `it is for TensorRT up to ${to}`;
  if (capabilityFrom && capability < Number(capabilityFrom))
    return `it is for compute capability ${capabilityFrom} and later`;
  if (capabilityTo && capability > Number(capabilityTo))
    return `it is for compute capability up to ${capabilityTo}`;
  return isPlain && !facts.isPlain ? 'it needs a trtexec of this machine itself' : undefined;
}
