import { basename, dirname } from 'node:path';
import * as z from 'zod';
import type { EngineFile } from '../../engine.ts';
import { engineFileOf } from '../../engine-file.ts';
import { keyDigest } from '../../engine-key.ts';
import { fixedBatch, type ModelFacts } from '../../model-facts.ts';
import type { TrtexecCommand, TrtexecPlan } from '../planning/plan.ts';
import type { TensorrtEngineOptions } from './context.ts';

/** What a manifest records of TensorRT engines: all that decides whether they load elsewhere, and how to build them again. */
export const tensorrtFacts = z.object({
  tensorrt: z.string(),
  computeCapability: z.string(),
  gpu: z.string(),
  driver: z.string().optional(),
  cuda: z.string().optional(),
  /** `linux-x64` */
  os: z.string(),
  graph: z.enum(['fp32', 'typed-fp16', 'int8-qdq', 'fp8-qdq']),
  versionCompatible: z.boolean(),
  hardwareCompatibility: z.enum(['none', 'ampere+', 'same-compute-capability']),
  /** Whether FP32 may be TF32; absent in artifacts of before it was told. */
  tf32: z.boolean().optional(),
  cacheKey: z.string(),
  /** Index of the GPU that they were built on. */
  device: z.number(),
  /** How trtexec built each; paths are relative to the artifact's folder. */
  builds: z.array(z.object({ engine: z.string(), arguments: z.array(z.string()) })),
});

export type TensorrtFacts = Readonly<z.infer<typeof tensorrtFacts>>;

/** Nothing of this machine's folders goes into a manifest. */
function buildOf({ args, engine }: TrtexecCommand): TensorrtFacts['builds'][number] {
  const folder = `${dirname(engine)}/`;
  return {
    engine: basename(engine),
    arguments: args.map((argument) => argument.replace(folder, '')),
  };
}

const buildsOf = ({ commands }: Pick<TrtexecPlan, 'commands'>) =>
  commands.filter(({ kind }) => kind === 'build');

/** The facts of the engines that a plan has built on a machine. */
export function factsOf(
  { machine, intent }: Pick<TensorrtEngineOptions, 'machine' | 'intent'>,
  plan: Pick<TrtexecPlan, 'graph' | 'key' | 'commands'>,
): TensorrtFacts {
  return {
    tensorrt: machine.fullVersion,
    computeCapability: machine.gpu.computeCapability,
    gpu: machine.gpu.name,
    ...(machine.installed ? { driver: machine.installed.driver } : {}),
    ...(machine.cuda ? { cuda: machine.cuda } : {}),
    os: machine.system ?? `${process.platform}-${process.arch}`,
    graph: plan.graph,
    versionCompatible: intent.versionCompatible,
    hardwareCompatibility: intent.hardwareCompatibility,
    tf32: intent.tf32,
    cacheKey: keyDigest(plan.key),
    device: intent.device,
    builds: buildsOf(plan).map(buildOf),
  };
}

/** The engines that a plan has built, with the batches that each takes. */
export async function enginesOf(
  { intent }: TensorrtEngineOptions,
  plan: TrtexecPlan,
  model: ModelFacts,
): Promise<readonly EngineFile[]> {
  const engines: EngineFile[] = [];
  for (const { engine, batch = fixedBatch(model) } of buildsOf(plan)) {
    const one = batch === undefined ? undefined : { min: batch, opt: batch, max: batch };
    engines.push(await engineFileOf(engine, intent.profile ?? one ?? 'any'));
  }
  return engines;
}
