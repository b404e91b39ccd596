import { fail } from '../../../src/diagnostics/diagnostic.ts';
import type { Span } from '../../../src/diagnostics/source.ts';
import type { Norm } from '../../../src/language/spec.ts';
import type { NamedNetwork } from '../inference/named-shapes.ts';
import type { WeightsFile } from '../weights-file.ts';

/** Channels of the norms of a network of which not one has a mean or a variance; none where any has. */
function bareNorms({ naming, shapes }: Pick<NamedNetwork, 'naming' | 'shapes'>): readonly number[] {
  const named = [...shapes].map(([name, [channels = 0]]) => ({
    role: naming.parse(name)?.role,
    channels,
  }));
  const hasStatistics = named.some(({ role }) => role === 'bn.mean' || role === 'bn.var');
  return hasStatistics
    ? []
    : named.flatMap(({ role, channels }) => (role === 'bn.scale' ? [channels] : []));
}

/** Groups of every published group norm. */
const usualCount = 32;

/** The norm of a network, as far as its statistics tell: where none has any, the usual group norm if all their channels allow it. Undefined: none that is known. */
export function normOf(network: Pick<NamedNetwork, 'naming' | 'shapes'>): Norm | undefined {
  const bare = bareNorms(network);
  if (bare.length === 0) return { kind: 'batch' };
  const isUsual = bare.every((channels) => channels > 0 && channels % usualCount === 0);
  return isUsual ? { kind: 'group', count: usualCount } : undefined;
}

/** Without statistics paddle.vision's names are torchvision's: only the format tells. */
function isOfPaddle({ format }: WeightsFile, { naming }: Pick<NamedNetwork, 'naming'>): boolean {
  return format === 'pdparams' || naming.scheme.batchNorm['bn.mean'] === '_mean';
}

/** Whether norms without statistics may be what the network has: none of Paddle's has group norms. */
export function mayMeasureNothing(file: WeightsFile, network: NamedNetwork): boolean {
  return normOf(network) !== undefined && !isOfPaddle(file, network);
}

/** Refuses a network whose norms were trained and never measured: a file of trained parameters only, or a norm that is none of the language's. */
export function failWithoutStatistics(
  file: WeightsFile,
  network: NamedNetwork,
  span?: Span | undefined,
): void {
  const norms = bareNorms(network).length;
  if (norms === 0) return;
  const framework = isOfPaddle(file, network) ? 'paddle' : 'torch';
  fail('weights-no-statistics', { file: file.name, norms, framework }, { span });
}
