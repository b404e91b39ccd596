/*
 * Float32 graph → typed float16 graph: float16 weights and activations, one Cast behind the input and one before the output,
 * no Cast inside, Softmax in float32. What engines of TensorRT 9.1 and later take precision from.
 */
import { editGraph, renameOutput } from '../ir/edit.ts';
import type { Graph, Initializer, Node, Value } from '../ir/graph.ts';
import { isGraphOutput, outputOf } from '../ir/walk.ts';
import { bytesOf, float32View } from '../weights/float-bytes.ts';
import { castToFloat16 } from '../weights/float16.ts';
import type { Pass, PassContext } from './pass.ts';

function castInitializer(initializer: Initializer, context: PassContext): Initializer {
  const { name, type, source, ...rest } = initializer;
  if (type.dataType !== 'float32') return initializer;
  const cast = { ...rest, name, type: { ...type, dataType: 'float16' as const } };
  if (!source) return cast;
  return {
    ...cast,
    source: {
      dataType: 'float16',
      shape: source.shape,
      async read() {
        const { values, ...counts } = castToFloat16(float32View(await source.read()));
        context.reportCast?.({ tensor: name, ...counts });
        return bytesOf(values);
      },
    },
  };
}

function castNode(name: string, input: string, output: string, to: string): Node {
  return { name, op: 'Cast', inputs: [input], outputs: [output], attributes: { to } };
}

function castInput(graph: Graph, input: Value): Graph {
  const name = `${input.name}/cast`;
  const renamed = editGraph(graph, { renameValues: new Map([[input.name, name]]) });
  return { ...renamed, nodes: [castNode(name, input.name, name, 'float16'), ...renamed.nodes] };
}

/** The cast back to float32 stands before the output, or before the Softmax that makes it. */
function castOutput(graph: Graph): Graph {
  const last = graph.nodes.at(-1);
  if (!last || !isGraphOutput(graph, outputOf(last)))
    throw new Error('the last node makes no output');
  if (last.op === 'Softmax') {
    const [logits = ''] = last.inputs;
    const name = `${last.name}/cast`;
    return editGraph(graph, {
      replaceNodes: new Map([
        [last.name, [castNode(name, logits, name, 'float32'), { ...last, inputs: [name] }]],
      ]),
    });
  }
  const output = outputOf(last);
  const inner = renameOutput(last, last.name);
  return editGraph(graph, {
    replaceNodes: new Map([
      [last.name, [inner, castNode(`${last.name}/cast`, last.name, output, 'float32')]],
    ]),
  });
}

export const castFloat16: Pass = {
  name: 'castFloat16',
  run(graph, context) {
    const initializers = new Map(
      [...graph.initializers].map(([name, initializer]) => [
        name,
        castInitializer(initializer, context),
      ]),
    );
    const typed = graph.inputs.reduce(castInput, { ...graph, initializers });
    return castOutput(typed);
  },
};
