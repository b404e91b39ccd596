import { beforeAll, describe, expect, it } from 'vitest';
import { lowerSpec } from '../../../codegen/architecture/lower.ts';
import type { Graph, Node } from '../../../codegen/ir/graph.ts';
import { verifyGraph } from '../../../codegen/ir/verify.ts';
import { inputOf, outputOf, producersOf, usersOf } from '../../../codegen/ir/walk.ts';
import { matchLayers } from '../../../codegen/passes/layer-filter.ts';
import { runPasses } from '../../../codegen/passes/pass.ts';
import { type PipelineOptions, passesFor } from '../../../codegen/passes/pipeline.ts';
import { specAt } from '../../helpers/spec-files.ts';
import { type FormTarget, formFor } from '../../helpers/targets.ts';

const specs = {
  resnet18: 'specs/resnet18.rn',
  resnet50_vd: 'specs/resnet50_vd.rn',
  resnet20: 'examples/cifar/resnet20.rn',
} as const;
type Model = keyof typeof specs;
const models = Object.keys(specs) as Model[];

interface Wanted extends Partial<PipelineOptions> {
  readonly target: FormTarget;
}

async function written(model: Model, { target, ...options }: Wanted): Promise<Graph> {
  const lowered = lowerSpec(await specAt(specs[model]));
  return runPasses(lowered, passesFor({ ...formFor(target, 'int8'), ...options })).graph;
}

/** A graph with look-ups. */
function index(graph: Graph) {
  const producers = producersOf(graph);
  const users = usersOf(graph);
  const opOf = (value: string): string | undefined => producers.get(value)?.op;
  return {
    graph,
    users: (value: string): readonly Node[] => users.get(value) ?? [],
    producer: (value: string): Node | undefined => producers.get(value),
    opOf,
    isWeight: (node: Node): boolean => graph.initializers.has(inputOf(node, 0)),
    of: (...ops: readonly string[]): readonly Node[] =>
      graph.nodes.filter(({ op }) => ops.includes(op)),
    /** What makes a value, behind the pools and Flattens that only pass numbers on. */
    behind: (value: string): string | undefined => {
      let producer = producers.get(value);
      while (producer?.op === 'MaxPool' || producer?.op === 'Flatten') {
        producer = producers.get(inputOf(producer, 0));
      }
      return producer?.op;
    },
  };
}

type Indexed = ReturnType<typeof index>;

const activationQuantizers = (graph: Indexed): readonly Node[] =>
  graph.of('QuantizeLinear').filter((node) => !graph.isWeight(node));

/** The placement rules of NVIDIA's explicit quantisation for ResNets, each with the nodes that break it. */
const tensorrtRules: Readonly<Record<string, (graph: Indexed) => readonly Node[]>> = {
  'every convolution and linear layer reads int8, at most behind a pool that passes numbers on': (
    graph,
  ) =>
    graph
      .of('Conv', 'Gemm')
      .filter((node) => graph.behind(inputOf(node, 0)) !== 'DequantizeLinear'),
  'every weight is int8, by output channel': (graph) =>
    graph.of('Conv', 'Gemm').filter((node) => {
      const dequantize = graph.producer(inputOf(node, 1));
      const weight = dequantize && graph.graph.initializers.get(inputOf(dequantize, 0));
      const scale = dequantize && graph.graph.initializers.get(inputOf(dequantize, 1));
      const byChannel =
        scale?.type.shape.length === 1 && scale.type.shape[0] === weight?.type.shape[0];
      return weight?.type.dataType !== 'int8' || dequantize?.attributes.axis !== 0 || !byChannel;
    }),
  'every bias is float': (graph) =>
    graph
      .of('Conv', 'Gemm')
      .filter(({ inputs }) => inputs[2] !== undefined && !graph.graph.initializers.has(inputs[2])),
  'an Add reads its last convolution as it is and the shortcut as int8': (graph) =>
    graph.of('Add').filter(({ inputs: [branch = '', shortcut = ''] }) => {
      return graph.opOf(branch) !== 'Conv' || graph.behind(shortcut) !== 'DequantizeLinear';
    }),
  'a convolution before an Add is read by nothing else, and the sum by its Relu': (graph) =>
    graph.of('Add').filter((node) => {
      const sum = graph.users(outputOf(node));
      return (
        graph.users(inputOf(node, 0)).length !== 1 || sum.length !== 1 || sum[0]?.op !== 'Relu'
      );
    }),
  'pools read int8': (graph) =>
    graph
      .of('MaxPool', 'AveragePool', 'GlobalAveragePool')
      .filter((node) => graph.opOf(inputOf(node, 0)) !== 'DequantizeLinear'),
  'averages are quantised': (graph) =>
    graph
      .of('AveragePool', 'GlobalAveragePool')
      .filter((node) => graph.users(outputOf(node)).some(({ op }) => op !== 'QuantizeLinear')),
  'a max pool has its quantiser before it only': (graph) =>
    graph
      .of('MaxPool')
      .filter((node) => graph.users(outputOf(node)).some(({ op }) => op === 'QuantizeLinear')),
  'a quantised tensor has one quantiser and no other reader': (graph) =>
    activationQuantizers(graph).filter((node) => graph.users(inputOf(node, 0)).length !== 1),
  'a quantiser has one dequantiser, which all readers share': (graph) =>
    graph.of('QuantizeLinear').filter((node) => {
      const users = graph.users(outputOf(node));
      return users.length !== 1 || users[0]?.op !== 'DequantizeLinear';
    }),
  'scales and zero points of activations are single numbers, of int8': (graph) =>
    activationQuantizers(graph).filter(({ inputs: [, scale = '', zeroPoint = ''] }) => {
      const types = [scale, zeroPoint].map((name) => graph.graph.initializers.get(name)?.type);
      return types.some((type) => type?.shape.length !== 0) || types[1]?.dataType !== 'int8';
    }),
  'the network’s output is float': (graph) =>
    graph.of('QuantizeLinear').filter((node) => graph.behind(inputOf(node, 0)) === 'Gemm'),
};

describe.each(models)('int8 for TensorRT, %s', (model) => {
  let graph: Indexed;
  beforeAll(async () => {
    graph = index(await written(model, { target: 'tensorrt' }));
  });

  it.each(Object.keys(tensorrtRules))('%s', (rule) => {
    expect(tensorrtRules[rule]?.(graph).map(({ name }) => name)).toEqual([]);
  });

  it('is a legal graph of opset 13', () => {
    verifyGraph(graph.graph, 'test');
    expect(graph.graph.opset).toBe(13);
  });
});

describe('int8 for TensorRT', () => {
  it('quantises these tensors of ResNet18 and no others', async () => {
    const graph = index(await written('resnet18', { target: 'tensorrt' }));
    expect(
      activationQuantizers(graph)
        .map((node) => inputOf(node, 0))
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "input
      stem/conv1/relu
      stage1/block0/shortcut
      stage1/block0/conv1/relu
      stage1/block0/conv2/relu
      stage1/block1/conv1/relu
      stage1/block1/conv2/relu
      stage2/block0/shortcut
      stage2/block0/conv1/relu
      stage2/block0/conv2/relu
      stage2/block1/conv1/relu
      stage2/block1/conv2/relu
      stage3/block0/shortcut
      stage3/block0/conv1/relu
      stage3/block0/conv2/relu
      stage3/block1/conv1/relu
      stage3/block1/conv2/relu
      stage4/block0/shortcut
      stage4/block0/conv1/relu
      stage4/block0/conv2/relu
      stage4/block1/conv1/relu
      stage4/block1/conv2/relu
      head/pool"
    `);
  });

  it.each([
    // The input, stem, convolutions of the blocks, projections, average pools of shortcuts, the global pool.
    ['resnet18', 1 + 1 + 16 + 4 + 0 + 1],
    ['resnet50_vd', 1 + 3 + 48 + 4 + 3 + 1],
    ['resnet20', 1 + 1 + 18 + 2 + 0 + 1],
  ] as const)('has as many quantisers as %s has such tensors: %d', async (model, count) => {
    const graph = index(await written(model, { target: 'tensorrt' }));
    expect(activationQuantizers(graph)).toHaveLength(count);
  });

  it('quantises float weights in the graph for TensorRT 8', async () => {
    const graph = index(await written('resnet18', { target: 'tensorrt', int8Weights: 'float32' }));
    verifyGraph(graph.graph, 'test');
    const weights = graph.of('QuantizeLinear').filter(graph.isWeight);
    expect(weights).toHaveLength(graph.of('Conv', 'Gemm').length);
    for (const { inputs } of weights) {
      expect(graph.graph.initializers.get(inputs[0] ?? '')?.type.dataType).toBe('float32');
    }
  });

  it('leaves layers in float that are to be kept, and reads their input as the others do', async () => {
    const graph = index(
      await written('resnet18', { target: 'tensorrt', int8Keep: matchLayers(['stem', 'fc']) }),
    );
    verifyGraph(graph.graph, 'test');
    const float = graph
      .of('Conv', 'Gemm')
      .filter((node) => graph.graph.initializers.has(inputOf(node, 1)));
    expect(float.map(({ name }) => name)).toEqual(['stem/conv1', 'head/fc']);
    expect(graph.users('input').map(({ op }) => op)).toEqual(['Conv']);
    expect(graph.opOf(inputOf(graph.of('MaxPool')[0] as Node, 0))).toBe('DequantizeLinear');
  });
});

/** What onnxruntime needs to compute everything between input and logits with integers. */
const onnxruntimeRules: Readonly<Record<string, (graph: Indexed) => readonly Node[]>> = {
  'every convolution and linear layer reads integers only': (graph) =>
    graph
      .of('Conv', 'Gemm')
      .filter(({ inputs }) => inputs.some((input) => graph.opOf(input) !== 'DequantizeLinear')),
  'both operands of an Add are quantised': (graph) =>
    graph
      .of('Add')
      .filter(({ inputs }) => inputs.some((input) => graph.opOf(input) !== 'DequantizeLinear')),
  'what a convolution makes goes to one quantiser, at most through a Relu': (graph) =>
    graph.of('Conv').filter((node) => {
      const [first] = graph.users(outputOf(node));
      const readers = graph.users(first?.op === 'Relu' ? outputOf(first) : outputOf(node));
      return readers.length !== 1 || readers[0]?.op !== 'QuantizeLinear';
    }),
  'pools stand between quantisers': (graph) =>
    graph.of('MaxPool', 'AveragePool', 'GlobalAveragePool').filter((node) => {
      const readers = graph.users(outputOf(node));
      const reads = graph.opOf(inputOf(node, 0)) === 'DequantizeLinear';
      return !reads || readers.some(({ op }) => op !== 'QuantizeLinear');
    }),
  'a max pool changes no scale': (graph) =>
    graph.of('MaxPool').filter((node) => {
      const before = graph.producer(inputOf(node, 0));
      const after = graph.users(outputOf(node))[0];
      return before?.inputs[1] !== after?.inputs[1];
    }),
  'activations are uint8': (graph) =>
    activationQuantizers(graph).filter(
      ({ inputs }) => graph.graph.initializers.get(inputs[2] ?? '')?.type.dataType !== 'uint8',
    ),
  'biases are int32': (graph) =>
    graph.of('DequantizeLinear').filter(({ inputs: [value = ''] }) => {
      const type = graph.graph.initializers.get(value)?.type;
      return value.endsWith('.bias') && type?.dataType !== 'int32';
    }),
};

describe.each(models)('int8 for onnxruntime, %s', (model) => {
  let graph: Indexed;
  beforeAll(async () => {
    graph = index(await written(model, { target: 'onnxruntime' }));
  });

  it.each(Object.keys(onnxruntimeRules))('%s', (rule) => {
    expect(onnxruntimeRules[rule]?.(graph).map(({ name }) => name)).toEqual([]);
  });

  it('is a legal graph of opset 13', () => {
    verifyGraph(graph.graph, 'test');
    expect(graph.graph.opset).toBe(13);
  });
});
