import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ownValue } from '../../../src/collections/own-value.ts';
import { onExit } from '../../../src/io/exit-cleanup.ts';
import type { Tensor, Tensors } from '../../engine.ts';
import type { ModelFacts } from '../../model-facts.ts';
import { joinBatches, partsOf, sliceBatch } from '../../tensor-batch.ts';
import { bindingOf } from '../planning/io-format.ts';
import { planInference } from '../planning/plan-inference.ts';
import type { TensorrtEngineOptions } from './context.ts';
import { inputBytes } from './input-bytes.ts';
import { engineFor } from './measure.ts';
import { readOutputs } from './outputs.ts';
import { readModelBeside } from './read-model.ts';
import { runToSuccess } from './run-command.ts';
import { takeTurn } from './timing-cache.ts';

/** Which engine batches run a batch of any size: as few runs as the engines allow, the last one padded. */
export function splitBatch(
  total: number,
  { batches, profile }: TensorrtEngineOptions['intent'],
): number[] {
  if (profile) {
    const parts = Math.ceil(total / profile.max);
    const rest = total - (parts - 1) * profile.max;
    return [...Array(parts - 1).fill(profile.max), Math.max(rest, profile.min)];
  }
  return partsOf(total, batches);
}

/** The images of a batch that one engine takes at once. */
interface Part {
  readonly engine: string;
  readonly batch: number;
  readonly inputs: Tensors;
  readonly signal: AbortSignal | undefined;
}

async function runPart(
  options: TensorrtEngineOptions,
  model: ModelFacts,
  { engine, batch, inputs, signal }: Part,
): Promise<Record<string, Tensor>> {
  const folder = await mkdtemp(join(dirname(engine), '.rcc-run-'));
  const forget = onExit(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const files = Object.entries(inputs).map(([name, tensor], i) => ({
      name,
      tensor,
      path: join(folder, `input-${i}.bin`),
    }));
    for (const { name, tensor, path } of files) {
      const facts = model.inputs.find((input) => input.name === name);
      await writeFile(path, inputBytes(tensor, bindingOf(options.intent, 'input', facts)));
    }
    const output = join(folder, 'output.json');
    const log = join(model.directory, 'trtexec-run.log');
    const command = planInference(options.intent, options.machine, model, {
      batch,
      engine,
      log,
      inputs: files,
      output,
    });
    await runToSuccess(options, command, command, { signal });
    return await readOutputs(output, model.outputs, log);
  } finally {
    forget();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a batch of any size through the engines that are there, in parts where it must be. */
export async function runEngine(
  options: TensorrtEngineOptions,
  path: string,
  inputs: Tensors,
  signal?: AbortSignal,
): Promise<Record<string, Tensor>> {
  const total = Object.values(inputs)[0]?.shape[0] ?? 1;
  const model = await readModelBeside(resolve(path));
  const parts: Record<string, Tensor>[] = [];
  let from = 0;
  for (const count of splitBatch(total, options.intent)) {
    const entries = Object.entries(inputs).map(
      ([name, tensor]) => [name, sliceBatch(tensor, from, count)] as const,
    );
    const engine = engineFor(options.intent, path, count);
    const part = { engine, batch: count, inputs: Object.fromEntries(entries), signal };
    parts.push(await takeTurn(options, { signal }, () => runPart(options, model, part)));
    from += count;
  }
  const joined = model.outputs.map(({ name }) => {
    const tensors = parts
      .map((part) => ownValue(part, name))
      .filter((tensor) => tensor !== undefined);
    return [name, joinBatches(tensors, total)] as const;
  });
  return Object.fromEntries(joined);
}
