/* Forms of a network that rcc does not write, for trials of what a compiler makes of them. Each computes the same. */
import { editGraph } from '../../codegen/ir/edit.ts';
import type { Graph, Initializer, Node } from '../../codegen/ir/graph.ts';
import { initializerOf, inputOf, outputOf, producersOf, usersOf } from '../../codegen/ir/walk.ts';
import type { Pass } from '../../codegen/passes/pass.ts';
import { bytesOf, float32View } from '../../codegen/tensors/float-bytes.ts';
import { readAll, wholeTensor } from '../../codegen/tensors/tensor-source.ts';

function node(
  op: Node['op'],
  name: string,
  inputs: readonly string[],
  attributes: Node['attributes'] = {},
): Node {
  return { name, op, inputs, outputs: [name], attributes };
}

/** The weight [O, I, kh, kw] of another shape, its values from `values` of the old ones. */
function reshaped(
  weight: Initializer,
  shape: readonly number[],
  change: (values: Float32Array, given: readonly number[]) => Float32Array,
): Initializer {
  const { source } = weight;
  const given = weight.type.shape.map(Number);
  const changed =
    source &&
    wholeTensor('float32', shape, async () =>
      bytesOf(change(float32View(await readAll(source)), given)),
    );
  return { ...weight, type: { ...weight.type, shape }, ...(changed ? { source: changed } : {}) };
}

function padChannels(weight: Initializer, channels: number): Initializer {
  const [outputs = 0, , ...kernel] = weight.type.shape.map(Number);
  return reshaped(weight, [outputs, channels, ...kernel], (values, [, given = 0]) => {
    const area = kernel.reduce((product, side) => product * side, 1);
    const result = new Float32Array(outputs * channels * area);
    for (let o = 0; o < outputs; o++) {
      const own = values.subarray(o * given * area, (o + 1) * given * area);
      result.set(own, o * channels * area);
    }
    return result;
  });
}

/** The input in float16 and with more channels, which the first convolution's weights pass over, as [N, C, H, W] or [N, H, W, C]. */
export function padInput(
  channels: number,
  { interleaved = false, float16 = true }: { interleaved?: boolean; float16?: boolean } = {},
): Pass {
  return {
    name: 'padInput',
    run(graph) {
      const [input] = graph.inputs;
      const conv = graph.nodes.find(({ inputs }) => inputs[0] === input?.name);
      if (!input || !conv) throw new Error('no first convolution');
      const weight = padChannels(initializerOf(graph, inputOf(conv, 1)), channels);
      const [n = 'N', , h = 1, w = 1] = input.type.shape;
      const shape = interleaved ? [n, h, w, channels] : [n, channels, h, w];
      const before: Node[] = [];
      const last = (): string => before.at(-1)?.name ?? input.name;
      if (float16) before.push(node('Cast', 'input/float', [last()], { to: 'float32' }));
      if (interleaved) {
        before.push(node('Transpose', 'input/planar', [last()], { perm: [0, 3, 1, 2] }));
      }
      const reading = { ...conv, inputs: [last(), ...conv.inputs.slice(1)] };
      return {
        ...editGraph(graph, {
          replaceNodes: new Map([[conv.name, [...before, reading]]]),
          addInitializers: [weight],
        }),
        inputs: [{ ...input, type: { dataType: float16 ? 'float16' : 'float32', shape } }],
      };
    },
  };
}

/** The shortcut's pool and 1×1 convolution, where it has both. */
function pooledShortcuts(graph: Graph): readonly { readonly pool: Node; readonly conv: Node }[] {
  const producers = producersOf(graph);
  return graph.nodes.flatMap((conv) => {
    const pool = producers.get(conv.inputs[0] ?? '');
    const isConv = conv.op === 'FusedConv' || conv.op === 'Conv';
    return isConv && pool?.op === 'AveragePool' ? { pool, conv } : [];
  });
}

/** Pool 2×2 → Conv 1×1 becomes one Conv 2×2: four times the products. */
export const mergeShortcutPool: Pass = {
  name: 'mergeShortcutPool',
  run(graph) {
    const pairs = pooledShortcuts(graph);
    const weights = pairs.map(({ conv }) => {
      const weight = initializerOf(graph, inputOf(conv, 1));
      const [outputs = 0, inputs = 0] = weight.type.shape.map(Number);
      return reshaped(weight, [outputs, inputs, 2, 2], (values) =>
        Float32Array.from({ length: values.length * 4 }, (_, i) => (values[i >> 2] ?? 0) / 4),
      );
    });
    const replaced = pairs.flatMap(({ pool, conv }): [string, readonly Node[]][] => {
      const inputs = [inputOf(pool, 0), ...conv.inputs.slice(1)];
      const window = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] };
      return [
        [pool.name, []],
        [conv.name, [{ ...conv, inputs, attributes: { ...conv.attributes, ...window } }]],
      ];
    });
    return editGraph(graph, { replaceNodes: new Map(replaced), addInitializers: weights });
  },
};

/** Pool → Conv 1×1 becomes Conv 1×1 → pool: four times the products. */
export const poolBehindShortcut: Pass = {
  name: 'poolBehindShortcut',
  run(graph) {
    const replaced = pooledShortcuts(graph).flatMap(({ pool, conv }): [string, Node[]][] => {
      const inner = `${conv.name}/unpooled`;
      const early = { ...conv, inputs: [inputOf(pool, 0), ...conv.inputs.slice(1)] };
      const late = { ...pool, inputs: [inner], outputs: conv.outputs };
      return [
        [pool.name, []],
        [conv.name, [{ ...early, outputs: [inner] }, late]],
      ];
    });
    return editGraph(graph, { replaceNodes: new Map(replaced) });
  },
};

function residualAdds(graph: Graph): readonly Node[] {
  return graph.nodes.filter(
    ({ op, inputs }) => op === 'Add' && !inputs.some((input) => graph.initializers.has(input)),
  );
}

/** The shortcut as the first operand of each Add. */
export const swapAddOperands: Pass = {
  name: 'swapAddOperands',
  run: (graph) =>
    editGraph(graph, {
      replaceNodes: new Map(
        residualAdds(graph).map((add) => [add.name, [{ ...add, inputs: add.inputs.toReversed() }]]),
      ),
    }),
};

/** Each Add of a float16 graph in float32, with Casts around it. */
export const addInFloat32: Pass = {
  name: 'addInFloat32',
  run(graph) {
    const users = usersOf(graph);
    const replaced = residualAdds(graph).map((add): [string, readonly Node[]] => {
      const wide = add.inputs.map((input, i) =>
        node('Cast', `${add.name}/wide${i}`, [input], { to: 'float32' }),
      );
      const sum = { ...add, inputs: wide.map(({ name }) => name), outputs: [`${add.name}/sum`] };
      const half = node('Cast', `${add.name}/half`, [outputOf(sum)], { to: 'float16' });
      if (!users.has(outputOf(add))) throw new Error(`${add.name} ends the graph`);
      return [add.name, [...wide, sum, { ...half, outputs: add.outputs }]];
    });
    return editGraph(graph, { replaceNodes: new Map(replaced) });
  },
};

/** The output in float16, as the last layer gives it. */
export const outputFloat16: Pass = {
  name: 'outputFloat16',
  run(graph) {
    const [output] = graph.outputs;
    const cast = graph.nodes.find(
      ({ op, outputs }) => op === 'Cast' && outputs[0] === output?.name,
    );
    const layer = cast && producersOf(graph).get(inputOf(cast, 0));
    if (!output || !cast || !layer) return graph;
    const edited = editGraph(graph, {
      replaceNodes: new Map([
        [cast.name, []],
        [layer.name, [{ ...layer, outputs: [output.name] }]],
      ]),
    });
    const type = { ...output.type, dataType: 'float16' } as const;
    return { ...edited, outputs: [{ ...output, type }] };
  },
};
