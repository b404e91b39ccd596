/* A process of its own: plans every spec × precision × batch × release once and prints how long that took, as JSON. */
import { readdirSync } from 'node:fs';
import { lowerSpec } from '../../codegen/architecture/lower.ts';
import type { ModelFacts } from '../../engines/model-facts.ts';
import { parseGpu } from '../../engines/tensorrt/planning/gpu.ts';
import { tensorrtIntent } from '../../engines/tensorrt/planning/intent.ts';
import { planTrtexec } from '../../engines/tensorrt/planning/plan.ts';
import { resolveRelease, supportedReleases } from '../../engines/tensorrt/planning/release.ts';
import { loadSpecFiles } from '../../src/compile/spec-files.ts';
import type { Spec } from '../../src/language/spec.ts';

export interface PlannedMatrix {
  readonly specs: number;
  readonly releases: number;
  readonly plans: number;
  /** Reading the specs and lowering them to graphs. */
  readonly readMs: number;
  readonly planMs: number;
}

const releaseCount = 40;
/** Every release with tables of its own, and newer ones that are treated as the newest. */
const versions = [
  ...supportedReleases,
  ...Array.from({ length: releaseCount - supportedReleases.length }, (_, i) => `12.${i}.0`),
];

function factsOf(spec: Spec): ModelFacts {
  const { inputs, outputs } = lowerSpec(spec);
  const facts = (values: typeof inputs) => values.map(({ name, type }) => ({ name, ...type }));
  const directory = `build/${spec.name}`;
  const path = `${directory}/model.onnx`;
  const identity = { graph: spec.name, weights: 'seed 0', ranges: 'none' };
  return { path, directory, inputs: facts(inputs), outputs: facts(outputs), identity };
}

const startedMs = performance.now();
const paths = readdirSync('specs').filter((name) => name.endsWith('.rn'));
const { specs } = await loadSpecFiles(paths.map((name) => `specs/${name}`));
const models = specs.map(factsOf);
const readMs = performance.now() - startedMs;

const machines = versions.map((version) => ({
  release: resolveRelease(version),
  gpu: parseGpu('t4'),
}));
const intents = (['fp32', 'fp16', 'int8'] as const).flatMap((precision) =>
  [1, 4, 8].map((batch) => tensorrtIntent({ precision, batches: [batch] })),
);
let plans = 0;
for (const model of models) {
  for (const intent of intents) {
    for (const machine of machines) {
      if (!planTrtexec(intent, machine, model).plan) throw new Error('a plan was refused');
      plans++;
    }
  }
}
const planMs = performance.now() - startedMs - readMs;
const matrix: PlannedMatrix = {
  specs: models.length,
  releases: machines.length,
  plans,
  readMs,
  planMs,
};
console.log(JSON.stringify(matrix));
