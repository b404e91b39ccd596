import { basename, dirname } from 'node:path';
import * as z from 'zod';
import { fail } from '../../../src/diagnostics/diagnostic.ts';
import { checkForm, problemText } from '../../../src/io/outside-json.ts';
import { shellText } from '../../command-text.ts';
import { splitArgument } from '../planning/option-table.ts';
import type { TrtexecCommand, TrtexecPlan } from '../planning/plan.ts';
import type { TensorrtEngineOptions } from './context.ts';

/** What a manifest records of TensorRT engines: all that decides whether they load elsewhere, and how to build them again. */
const factsSchema = z.object({
  tensorrt: z.string(),
  computeCapability: z.string(),
  gpu: z.string(),
  driver: z.string().optional(),
  cuda: z.string().optional(),
  os: z.string(),
  graph: z.enum(['fp32', 'typed-fp16', 'int8-qdq']),
  /** `x:1x3x224x224`, one for each engine; empty where the graph fixes them. */
  shapes: z.string(),
  /** File names, separated by blanks. */
  engines: z.string(),
  /** Their sizes in bytes, in the same order. */
  engineBytes: z.string(),
  versionCompatible: z.boolean(),
  hardwareCompatibility: z.enum(['none', 'ampere+', 'same-compute-capability']),
  cacheKey: z.string(),
  /** Arguments of trtexec that built the engines, one engine a line, quoted for a shell; paths are relative to the artifact's folder. */
  flags: z.string(),
});

export type TensorrtFacts = Readonly<z.infer<typeof factsSchema>>;

const shapeOptions = new Set(['--shapes', '--minShapes', '--optShapes', '--maxShapes']);

/** Nothing of this machine's folders goes into a manifest. */
function flagsOf({ args, engine }: TrtexecCommand): string {
  const folder = `${dirname(engine)}/`;
  return shellText(args.map((argument) => argument.replace(folder, '')));
}

/** The facts of the engines that a plan has built on a machine, with the size of each. */
export function tensorrtFacts(
  { machine, intent }: TensorrtEngineOptions,
  plan: TrtexecPlan,
  engineBytes: readonly number[],
): Record<string, string | boolean> {
  const builds = plan.commands.filter(({ kind }) => kind === 'build');
  const shapes = builds.flatMap(({ args }) =>
    args.map(splitArgument).flatMap(({ name, value }) => (shapeOptions.has(name) ? [value] : [])),
  );
  const names = builds.map(({ engine }) => basename(engine));
  return {
    tensorrt: machine.fullVersion,
    computeCapability: machine.gpu.computeCapability,
    gpu: machine.gpu.name,
    ...(machine.installed ? { driver: machine.installed.driver } : {}),
    ...(machine.cuda ? { cuda: machine.cuda } : {}),
    os: `${process.platform}-${process.arch}`,
    graph: plan.graph,
    shapes: shapes.join(' '),
    engines: names.join(' '),
    engineBytes: engineBytes.join(' '),
    versionCompatible: intent.versionCompatible,
    hardwareCompatibility: intent.hardwareCompatibility,
    cacheKey: plan.cacheKey,
    flags: builds.map(flagsOf).join('\n'),
  } satisfies TensorrtFacts;
}

/** Index of the GPU that the engines were built on: the one to compare with. */
export function deviceOf({ flags }: TensorrtFacts): number {
  return Number(/(?:^| )--device=(\d+)/m.exec(flags)?.[1] ?? 0);
}

/** Reads the facts of a manifest. Throws `tensorrt-manifest-unreadable`. */
export function readTensorrtFacts(facts: unknown, path: string): TensorrtFacts {
  const read = checkForm(factsSchema, facts);
  if (!read.problem) return read.value;
  return fail('tensorrt-manifest-unreadable', { path, reason: problemText(read.problem) });
}
