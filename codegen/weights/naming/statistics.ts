import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import type { NamedNetwork } from '../inference/named-shapes.ts';
import type { WeightsFile } from '../weights-file.ts';

/** Norms of a network of which not one has a mean or a variance; 0 where any has. */
function countBareNorms({ naming, shapes }: NamedNetwork): number {
  const roles = [...shapes.keys()].map((name) => naming.parse(name)?.role);
  const hasStatistics = roles.some((role) => role === 'bn.mean' || role === 'bn.var');
  return hasStatistics ? 0 : roles.filter((role) => role === 'bn.scale').length;
}

/** Refuses a network whose norms were trained and never measured: another norm, or a file of trained parameters only. */
export function requireStatistics(
  { name, format }: WeightsFile,
  network: NamedNetwork,
  span?: Span | undefined,
): void {
  const norms = countBareNorms(network);
  if (norms === 0) return;
  // Without statistics paddle.vision's names are torchvision's: only the format tells.
  const isPaddle = format === 'pdparams' || network.naming.scheme.batchNorm['bn.mean'] === '_mean';
  const framework = isPaddle ? 'paddle' : 'torch';
  fail('weights-no-statistics', { file: name, norms, framework }, { span });
}
