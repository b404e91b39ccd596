import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { Graph } from '../../codegen/ir/graph.ts';
import { runPasses } from '../../codegen/passes/pass.ts';
import { passesFor } from '../../codegen/passes/pipeline.ts';
import { computedTensors } from '../../codegen/quantization/tensors.ts';
import { synthesizeWeights } from '../../codegen/weights/synthesize.ts';
import { loadRuntime } from '../../engines/onnxruntime/runtime.ts';
import { fuseNetwork } from '../../src/calibration/observe.ts';
import { modelBytes } from '../helpers/run-graph.ts';
import { specAt } from '../helpers/spec-files.ts';

/** How often each operator is in what onnxruntime makes of a graph. */
async function optimizedOperators(graph: Graph): Promise<Readonly<Record<string, number>>> {
  const folder = await mkdtemp(join(tmpdir(), 'rcc-test-'));
  try {
    const path = join(folder, 'optimized.onnx');
    const { InferenceSession } = await loadRuntime();
    const session = await InferenceSession.create(await modelBytes(graph), {
      graphOptimizationLevel: 'all',
      optimizedModelFilePath: path,
      logSeverityLevel: 4,
    });
    await session.release();
    const { graph: optimized } = onnxProto.onnx.ModelProto.decode(await readFile(path));
    const counts: Record<string, number> = {};
    for (const { opType } of optimized?.node ?? []) {
      counts[opType ?? ''] = (counts[opType ?? ''] ?? 0) + 1;
    }
    return counts;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Which kernels are taken depends on no range: 1 stands for all. */
async function quantized(path: string): Promise<Graph> {
  const network = synthesizeWeights(lowerSpec(await specAt(path)), 1);
  const tensors = computedTensors(fuseNetwork(network)).map(({ value }) => value);
  const ranges = new Map(['input', ...tensors].map((name) => [name, 1]));
  return runPasses(network, passesFor({ precision: 'int8', ranges })).graph;
}

const counts = {
  'specs/resnet18.rn': { convolutions: 21, adds: 8, averages: 0, maxPools: 1 },
  'specs/resnet50.rn': { convolutions: 53, adds: 16, averages: 0, maxPools: 1 },
  'specs/resnet50_vd.rn': { convolutions: 55, adds: 16, averages: 3, maxPools: 1 },
  'examples/cifar/resnet20.rn': { convolutions: 21, adds: 9, averages: 0, maxPools: 0 },
} as const;

describe('int8 on onnxruntime', () => {
  it.each(
    Object.entries(counts),
  )('%s is computed with integers from input to logits', async (path, of) => {
    const operators = await optimizedOperators(await quantized(path));
    const expected = {
      QLinearConv: of.convolutions,
      QLinearAdd: of.adds,
      ...(of.averages > 0 ? { QLinearAveragePool: of.averages } : {}),
      QLinearGlobalAveragePool: 1,
      QGemm: 1,
      QuantizeLinear: 1,
      Flatten: 1,
    };
    expect(operators).toMatchObject(expected);
    // Beside them stand the pool and, on some processors, changes of layout.
    const others = new Set(Object.keys(operators).filter((name) => !(name in expected)));
    for (const name of ['MaxPool', 'NhwcMaxPool', 'Transpose']) others.delete(name);
    expect([...others]).toEqual([]);
  });
});
