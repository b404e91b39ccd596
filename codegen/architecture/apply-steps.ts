import { applyBlur } from './blur.ts';
import { padChannels } from './channel-pad.ts';
import { applyGlobalPool } from './global-pool.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { applyNorm } from './norm.ts';
import { channelsOf } from './slices.ts';
import type { Step, StepKind } from './step.ts';
import { weighParts } from './weigh-parts.ts';

/** Appends the nodes of a step that reads `x`, and gives the value that it makes. */
type Apply<Kind extends StepKind> = (builder: GraphBuilder, x: string, step: Step<Kind>) => string;

/** Pixels that are missing in the last window where windows stand side by side. */
function missingPixels(side: number, window: number): number {
  return (window - (side % window)) % window;
}

const appliers: { readonly [Kind in StepKind]: Apply<Kind> } = {
  conv(builder, x, { path, channels, kernel, stride, groups = 1, dilation = 1, bias = false }) {
    const sides = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    const pads = sides.map((side) => (dilation * (side - 1)) / 2);
    const weight = [channels, builder.channelsOf(x) / groups, ...sides];
    const parameters = [
      builder.parameter(path, 'conv.weight', weight),
      ...(bias ? [builder.parameter(path, 'conv.bias', [channels])] : []),
    ];
    return builder.node('Conv', path, [x, ...parameters], {
      kernel_shape: sides,
      strides: [stride, stride],
      pads: [...pads, ...pads],
      // What is as by default stays unsaid: a graph keeps its bytes when the language grows.
      ...(groups === 1 ? {} : { group: groups }),
      ...(dilation === 1 ? {} : { dilations: [dilation, dilation] }),
    });
  },
  norm: applyNorm,
  relu: (builder, x, { path }) => builder.node('Relu', path, [x]),
  sigmoid: (builder, x, { path }) => builder.node('Sigmoid', path, [x]),
  maxPool(builder, x, { path, window, stride }) {
    const pad = (window - 1) / 2;
    return builder.node('MaxPool', path, [x], {
      kernel_shape: [window, window],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  },
  averagePool(builder, x, { path, window }) {
    const [height, width] = builder.sidesOf(x);
    return builder.node('AveragePool', path, [x], {
      kernel_shape: [window, window],
      strides: [window, window],
      pads: [0, 0, missingPixels(height, window), missingPixels(width, window)],
      count_include_pad: 0,
    });
  },
  averageWindow(builder, x, { path, window, stride, pads: [before, behind], counted }) {
    return builder.node('AveragePool', path, [x], {
      kernel_shape: [window, window],
      strides: [stride, stride],
      pads: [before, before, behind, behind],
      count_include_pad: counted ? 1 : 0,
    });
  },
  blur: applyBlur,
  parts(builder, x, { path, branches, chained }) {
    const made: string[] = [];
    for (const [index, steps] of branches.entries()) {
      const own = `${path}/part${index}`;
      const cut = channelsOf(builder, x, { path: `${own}/cut`, part: index, of: branches.length });
      const before = made.at(-1);
      const adds = chained && before !== undefined && index < branches.length - 1;
      const read = adds ? builder.node('Add', `${own}/add`, [cut, before]) : cut;
      made.push(applySteps(builder, read, steps));
    }
    return builder.node('Concat', `${path}/concat`, made, { axis: 1 });
  },
  beside(builder, x, { path, branches, reads }) {
    const of = branches.length;
    const made = branches.map((steps, part) => {
      const cut = { path: `${path}/path${part}/cut`, part, of };
      return applySteps(builder, reads === 'whole' ? x : channelsOf(builder, x, cut), steps);
    });
    return builder.node('Concat', `${path}/concat`, made, { axis: 1 });
  },
  weighParts: (builder, x, step) => weighParts(builder, x, step, applySteps),
  averageAll(builder, x, { path }) {
    const sides = builder.sidesOf(x);
    return builder.node('AveragePool', path, [x], {
      kernel_shape: sides,
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      count_include_pad: 0,
    });
  },
  swapChannels: (builder, x, { path }) =>
    builder.node('Transpose', path, [x], { perm: [0, 2, 1, 3] }),
  padChannels,
  scale(builder, x, { path, weights }) {
    return builder.node('Mul', path, [x, applySteps(builder, x, weights)]);
  },
  add(builder, x, { path, branch, shortcut }) {
    // The shortcut comes first so that the last convolution can take it in when the two are fused.
    const passed = applySteps(builder, x, shortcut);
    return builder.node('Add', path, [applySteps(builder, x, branch), passed]);
  },
  globalPool: applyGlobalPool,
  flatten: (builder, x, { path }) => builder.node('Flatten', path, [x], { axis: 1 }),
  linear(builder, x, { path, channels }) {
    const weight = builder.parameter(path, 'linear.weight', [channels, builder.channelsOf(x)]);
    const bias = builder.parameter(path, 'linear.bias', [channels]);
    return builder.node('Gemm', path, [x, weight, bias], { transB: 1 });
  },
  softmax: (builder, x, { path }) => builder.node('Softmax', path, [x], { axis: 1 }),
};

function applyStep<Kind extends StepKind>(
  builder: GraphBuilder,
  x: string,
  step: Step<Kind>,
): string {
  const apply: Apply<Kind> = appliers[step.kind as Kind];
  return apply(builder, x, step);
}

/** Appends the steps in order, each on what the one before made: the value of the last; `x` where there are none. */
export function applySteps(builder: GraphBuilder, x: string, steps: readonly Step[]): string {
  return steps.reduce((value, step) => applyStep(builder, value, step), x);
}
