import { constantSource } from '../quantization/constant.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Step } from './step.ts';

function batchNorm(builder: GraphBuilder, x: string, path: string): string {
  const roles = ['bn.scale', 'bn.bias', 'bn.mean', 'bn.var'] as const;
  const shape = [builder.channelsOf(x)];
  const parameters = roles.map((role) => builder.parameter(path, role, shape));
  const { epsilon } = builder;
  return builder.node('BatchNormalization', path, [x, ...parameters], { epsilon });
}

function filled(builder: GraphBuilder, name: string, length: number, value: number): string {
  const values = new Float32Array(length).fill(value);
  return builder.constant(name, constantSource('float32', [length], values));
}

/** An instance norm whose channels are the groups, then a factor and a bias for each channel: opset 13 has no group norm. */
function groupNorm(builder: GraphBuilder, x: string, path: string, count: number): string {
  const { epsilon } = builder;
  const channels = builder.channelsOf(x);
  const sides = builder.sidesOf(x);
  const grouped = builder.node('Reshape', `${path}/groups`, [x], { shape: [0, count, -1] });
  const ones = filled(builder, `${path}.ones`, count, 1);
  const zeros = filled(builder, `${path}.zeros`, count, 0);
  const inputs = [grouped, ones, zeros];
  const normal = builder.node('InstanceNormalization', `${path}/normal`, inputs, { epsilon });
  const whole = { shape: [0, channels, ...sides] };
  const back = builder.node('Reshape', `${path}/channels`, [normal], whole);
  const scale = builder.parameter(path, 'bn.scale', [channels, 1, 1]);
  const bias = builder.parameter(path, 'bn.bias', [channels, 1, 1]);
  return builder.node('Add', path, [builder.node('Mul', `${path}/scaled`, [back, scale]), bias]);
}

/** The norm that the network has. */
export function applyNorm(
  builder: GraphBuilder,
  x: string,
  { path, always }: Step<'norm'>,
): string {
  const { norm } = builder;
  return norm.kind === 'batch' || always
    ? batchNorm(builder, x, path)
    : groupNorm(builder, x, path, norm.count);
}
