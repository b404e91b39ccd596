import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished, vi } from 'vitest';
import type { BuildRequest } from '../../../engines/engine.ts';
import type { ModelFacts } from '../../../engines/model-facts.ts';
import { inspectMachine, type TensorrtMachine } from '../../../engines/tensorrt/machine/machine.ts';
import { tensorrtIntent } from '../../../engines/tensorrt/planning/intent.ts';
import type { TensorrtEngineOptions } from '../../../engines/tensorrt/running/context.ts';
import { createTensorrtEngine } from '../../../engines/tensorrt/running/driver.ts';
import { type Diagnostic, DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { smallGraph, withNumbers } from '../../helpers/graphs.ts';
import { modelBytes } from '../../helpers/run-graph.ts';

const standIns = new URL('../../stand-in/', import.meta.url).pathname;
export const trtexecStandIn = join(standIns, 'trtexec');
export const nvidiaSmiStandIn = join(standIns, 'nvidia-smi');

/** Facts of a network with a free batch, for planning. */
export function factsOf(changes: Partial<ModelFacts> = {}): ModelFacts {
  return {
    path: 'build/resnet50_vd/fp16/model.onnx',
    directory: 'build/resnet50_vd/fp16',
    inputs: [{ name: 'input', dataType: 'float32', shape: ['N', 3, 224, 224] }],
    outputs: [{ name: 'logits', dataType: 'float32', shape: ['N', 1000] }],
    ...changes,
  };
}

/** What the stand-ins are told for the rest of the test; cleared by `vi.unstubAllEnvs`. */
export function pretend(settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(`STAND_IN_${name}`, value);
}

const machines = new Map<string, Promise<TensorrtMachine>>();

/** The machine that the stand-ins pretend to be, asked for once each. */
export function standInMachine(): Promise<TensorrtMachine> {
  const { STAND_IN_RELEASE, STAND_IN_GPU, STAND_IN_DRIVER } = process.env;
  const key = [STAND_IN_RELEASE, STAND_IN_GPU, STAND_IN_DRIVER].join();
  const env = { NVIDIA_SMI: nvidiaSmiStandIn };
  const machine = machines.get(key) ?? inspectMachine({ trtexec: trtexecStandIn, env, device: 0 });
  machines.set(key, machine);
  return machine;
}

/** A network of one convolution and one Relu. */
export function testGraph() {
  return withNumbers(
    smallGraph((builder, x) => {
      const weight = builder.parameter('stem/conv', 'conv.weight', [4, 3, 3, 3]);
      const convolved = builder.node('Conv', 'stem/conv', [x, weight], {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
        strides: [1, 1],
      });
      return builder.node('Relu', 'stem/relu', [convolved]);
    }),
  );
}

/** A folder with `model.onnx` in it, and an engine of the stand-in that writes there. */
export async function standInEngine(
  intent: Parameters<typeof tensorrtIntent>[0] = {},
  changes: Partial<TensorrtEngineOptions> = {},
) {
  const directory = await mkdtemp(join(tmpdir(), 'rcc-tensorrt-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const modelPath = join(directory, 'model.onnx');
  await writeFile(modelPath, await modelBytes(testGraph()));
  const notes: Diagnostic[] = [];
  const options: TensorrtEngineOptions = {
    machine: await standInMachine(),
    intent: tensorrtIntent(intent),
    cacheDirectory: join(directory, 'cache'),
    onNote: (note) => notes.push(note),
    ...changes,
  };
  const engine = createTensorrtEngine(options);
  const build = (request: Partial<BuildRequest> = {}) =>
    engine.build({ modelPath, directory, ...request });
  return { directory, modelPath, engine, options, notes, build };
}

const templates = new Map<string, Promise<string>>();
const scratch: string[] = [];
afterAll(() => Promise.all(scratch.map((path) => rm(path, { recursive: true, force: true }))));

/** A folder with an engine of the small network for batch 1, built once for each release and GPU. */
function templateFor({ machine }: TensorrtEngineOptions): Promise<string> {
  const make = async (): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), 'rcc-tensorrt-built-'));
    scratch.push(directory);
    const modelPath = join(directory, 'model.onnx');
    await writeFile(modelPath, await modelBytes(testGraph()));
    const intent = tensorrtIntent({ batches: [1] });
    const engine = createTensorrtEngine({ machine, intent, cacheDirectory: directory });
    await engine.build({ modelPath, directory });
    return directory;
  };
  const key = `${machine.fullVersion} ${machine.gpu.name}`;
  const template = templates.get(key) ?? make();
  templates.set(key, template);
  return template;
}

/** As `standInEngine`, for batch 1 and with the engine there already: for tests of what comes after a build. */
export async function builtEngine(
  intent: Parameters<typeof tensorrtIntent>[0] = {},
  changes: Partial<TensorrtEngineOptions> = {},
) {
  const made = await standInEngine({ batches: [1], ...intent }, changes);
  const template = await templateFor(made.options);
  for (const name of ['model.plan', 'layers.json']) {
    await copyFile(join(template, name), join(made.directory, name));
  }
  return { ...made, path: join(made.directory, 'model.plan') };
}

/** The diagnostics that a promise is rejected with. */
export async function diagnosticsOf(promise: Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
  throw new Error('nothing was thrown');
}
