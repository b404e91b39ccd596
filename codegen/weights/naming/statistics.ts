import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import type { NamedNetwork } from '../inference/named-shapes.ts';

/** Norms of a network of which not one has a mean or a variance; 0 where any has. */
function countBareNorms({ naming, shapes }: NamedNetwork): number {
  const roles = [...shapes.keys()].map((name) => naming.parse(name)?.role);
  const hasStatistics = roles.some((role) => role === 'bn.mean' || role === 'bn.var');
  return hasStatistics ? 0 : roles.filter((role) => role === 'bn.scale').length;
}

/** Refuses a network whose norms were trained and never measured: another norm, or a file of trained parameters only. */
export function requireStatistics(
  file: string,
  network: NamedNetwork,
  span?: Span | undefined,
): void {
  const norms = countBareNorms(network);
  if (norms === 0) return;
  const { batchNorm } = network.naming.scheme;
  const framework = batchNorm['bn.mean'] === '_mean' ? 'paddle' : 'torch';
  fail('weights-no-statistics', { file, norms, framework }, { span });
}
