import fc from 'fast-check';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../codegen/ir/graph.ts';
import { readOnnx } from '../../../codegen/onnx/read.ts';
import { summarizeOnnx } from '../../../codegen/onnx/summary.ts';
import { auditGraphOfOnnx } from '../../../engines/audit/audit-graph.ts';
import { memorySource } from '../../helpers/byte-sources.ts';
import {
  applyChange,
  change,
  expectDiagnosticError,
  joinBytes,
  someBytes,
} from '../../helpers/damage.ts';
import { convBatchNorm, smallGraph, withNumbers } from '../../helpers/graphs.ts';
import { modelBytes } from '../../helpers/run-graph.ts';

const convolution = { name: 'conv', channels: 4, kernel: 3, stride: 1, relu: true };
const graph: Graph = withNumbers(
  smallGraph((builder, input) => convBatchNorm(builder, input, convolution)),
);
const whole = await modelBytes(graph, { key: 'value' });

const { onnx } = onnxProto;
/** What rcc does not write: other lists of numbers, graphs inside of nodes, types of every kind. */
const other = onnx.ModelProto.encode({
  graph: {
    node: [
      { opType: 'If', attribute: [{ name: 'then', type: 5, g: { node: [{ opType: 'Relu' }] } }] },
      { opType: 'Constant', attribute: [{ name: 'value', t: { dims: [2], int64Data: [1, -1] } }] },
    ],
    initializer: [{ name: 'a', dims: [3], dataType: 6, int32Data: [1, 2, -3] }],
    input: [{ name: 'x', type: { sequenceType: { elemType: { tensorType: { elemType: 1 } } } } }],
    output: [{ name: 'y', type: { mapType: { keyType: 7, valueType: {} } } }],
  },
  trainingInfo: [{ initialization: {} }],
}).finish();

/** The nodes with other numbers in these attributes. */
function withInts(
  nodes: readonly Onnx.INodeProto[] | null | undefined,
  values: Readonly<Record<string, number[]>>,
): Onnx.INodeProto[] {
  return (nodes ?? []).map((node) => ({
    ...node,
    attribute: (node.attribute ?? []).map((attribute) => {
      const ints = values[attribute.name ?? ''];
      return ints ? { ...attribute, ints } : attribute;
    }),
  }));
}

/** Reads, counts and audits: what comes out is finite and not negative, or a diagnostic. */
async function inspect(bytes: Uint8Array): Promise<void> {
  const source = memorySource(bytes);
  try {
    const file = await readOnnx(source);
    auditGraphOfOnnx(file.graph);
    for (const { params, macs, weightBytes, outputBytes } of summarizeOnnx(file).layers) {
      for (const count of [params, macs, weightBytes, outputBytes]) {
        expect(Number.isFinite(count) && count >= 0, `a count of ${count}`).toBe(true);
      }
    }
  } catch (error) {
    expectDiagnosticError(error);
  }
}

describe('no ONNX file can crash, hang or fill memory', () => {
  test.each([
    ['of rcc', whole],
    ['of others', other],
  ])('%s, damaged', async (_, bytes) => {
    await inspect(bytes);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        await inspect(changes.reduce(applyChange, bytes));
      }),
      { numRuns: 600 },
    );
  });

  test('any bytes inside of a graph', async () => {
    const part = fc.tuple(fc.constantFrom(0x0a, 0x12, 0x2a, 0x5a, 0x62, 0x6a), someBytes);
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        const fields = parts.map(([tag, bytes]) => Uint8Array.of(tag, bytes.length, ...bytes));
        const content = joinBytes(...fields);
        const head = Uint8Array.of(0x3a, (content.length % 128) + 128, content.length >> 7);
        await inspect(joinBytes(head, content));
      }),
      { numRuns: 600 },
    );
  });

  test('numbers of any kind where sizes belong', async () => {
    const odd = fc.oneof(
      fc.constantFrom(0, -1, 2 ** 31, -(2 ** 53), 2 ** 53),
      fc.integer({ min: -3, max: 9 }),
    );
    const ints = fc.array(odd, { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(ints, fc.constant([1, 3, 16, 16])),
        ints,
        ints,
        async (dims, strides, pads) => {
          const { irVersion, graph: read } = onnx.ModelProto.decode(whole);
          const { input, ...rest } = read ?? {};
          const [first] = input ?? [];
          const shape = { dim: dims.map((dimValue) => ({ dimValue })) };
          const odder = { ...first, type: { tensorType: { elemType: 1, shape } } };
          const edited = { ...rest, input: [odder], node: withInts(rest.node, { strides, pads }) };
          await inspect(onnx.ModelProto.encode({ irVersion, graph: edited }).finish());
        },
      ),
      { numRuns: 300 },
    );
  });
});
