import { describe, expect, test } from 'vitest';
import { keyDigest } from '../../../../engines/engine-key.ts';
import type { ModelFacts } from '../../../../engines/model-facts.ts';
import type { OptionTexts } from '../../../../engines/option-row.ts';
import { readOptions } from '../../../../engines/read-options.ts';
import { parseGpu } from '../../../../engines/tensorrt/planning/gpu.ts';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';
import { tensorrtOptionRows } from '../../../../engines/tensorrt/planning/option-rows.ts';
import {
  type TensorrtOptions,
  tensorrtOptionsSchema,
} from '../../../../engines/tensorrt/planning/options.ts';
import { type PlanResult, planTrtexec } from '../../../../engines/tensorrt/planning/plan.ts';
import {
  resolveRelease,
  supportedReleases,
} from '../../../../engines/tensorrt/planning/release.ts';
import { parseCommandLine } from '../../../stand-in/command-line.ts';
import { releaseNamed } from '../../../stand-in/release.ts';
import { factsOf } from '../helpers.ts';

type Intent = NonNullable<Parameters<typeof tensorrtIntent>[0]>;

function plan(intent: Intent, release: string, gpu = 't4', facts = factsOf()): PlanResult {
  const machine = { release: resolveRelease(release), gpu: parseGpu(gpu) };
  return planTrtexec(tensorrtIntent(intent), machine, facts);
}

function optionsOf(result: PlanResult, kind: string): string[] {
  return [...(result.plan?.commands.find((command) => command.kind === kind)?.args ?? [])];
}

function codesOf({ diagnostics }: PlanResult): string[] {
  return diagnostics.map(({ code }) => code);
}

const precisions = ['fp32', 'fp16', 'int8'] as const;
const gpus = ['v100', 't4', 'a100', '8.6', 'l4', 'h100', 'b200', 'rtx5090'];
const shapes: readonly Intent[] = [
  { batches: [1] },
  { batches: [1, 4, 8] },
  { batches: [1, 8], profile: { min: 1, opt: 4, max: 8 } },
];

/** What speaks against a plan: an error beside it, none without it, an argument that the release's parser rejects. */
function contradictions(result: PlanResult, release: string): string[] {
  const refused = result.diagnostics.some(({ severity }) => severity === 'error');
  if (refused === (result.plan !== undefined)) return [`${release}: plan and errors contradict`];
  const commands = result.plan?.commands ?? [];
  return commands.flatMap(({ args }) => {
    const parsed = parseCommandLine(args, releaseNamed(release));
    return [...parsed.unknown, ...parsed.complaints].map((text) => `${release}: ${text}`);
  });
}

describe('every release × GPU × precision × shape', () => {
  test('takes every argument of its plan, or is refused before anything is built', () => {
    let commands = 0;
    const wrong: string[] = [];
    for (const release of supportedReleases) {
      for (const gpu of gpus) {
        for (const precision of precisions) {
          for (const shape of shapes) {
            const result = plan({ precision, ...shape }, release, gpu);
            commands += result.plan?.commands.length ?? 0;
            wrong.push(...contradictions(result, release));
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(commands).toBeGreaterThan(5000);
  });

  test('every option of rcc alone: taken, or an error that names it', () => {
    const texts: readonly OptionTexts<keyof TensorrtOptions>[] = [
      { workspaceMiB: '2048' },
      { timingCache: 'none' },
      { optimizationLevel: '5' },
      { versionCompatible: true },
      { hardwareCompatibility: 'ampere+' },
      { hardwareCompatibility: 'same-compute-capability' },
      { refit: true },
      { stripWeights: true },
      { sparsity: 'enable' },
      { inputFormat: 'hwc8' },
      { outputFormat: 'fp32:chw' },
      { auxStreams: '0' },
      { profilingVerbosity: 'none' },
      { profileLayers: true },
      { streams: '4' },
      { cudaGraph: true },
      { spinWait: true },
      { transfers: false },
      { percentiles: '99.9' },
      { device: '1' },
      { typing: 'weak' },
      { typing: 'strong' },
      { tf32: true },
    ];
    const wrong: string[] = [];
    for (const release of supportedReleases) {
      for (const text of texts) {
        const given = readOptions(tensorrtOptionsSchema, tensorrtOptionRows, text);
        const intent = tensorrtIntent({ ...given, precision: 'fp16' });
        const machine = { release: resolveRelease(release), gpu: parseGpu('a100') };
        wrong.push(...contradictions(planTrtexec(intent, machine, factsOf()), release));
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('precision', () => {
  const flags = (result: PlanResult) =>
    optionsOf(result, 'build').filter((option) =>
      ['--fp16', '--int8', '--stronglyTyped', '--noTF32', '--best'].includes(option),
    );

  test.each([
    ['fp32', '8.6', 'fp32', ['--noTF32']],
    ['fp32', '10.4', 'fp32', ['--noTF32']],
    ['fp32', '11.1', 'fp32', ['--noTF32']],
    ['fp16', '8.6', 'fp32', ['--fp16']],
    ['fp16', '9.1', 'typed-fp16', ['--stronglyTyped']],
    ['fp16', '10.16', 'typed-fp16', ['--stronglyTyped']],
    ['fp16', '11.0', 'typed-fp16', []],
    ['int8', '8.6', 'int8-qdq', ['--int8', '--fp16']],
    ['int8', '10.4', 'int8-qdq', ['--stronglyTyped']],
    ['int8', '11.1', 'int8-qdq', []],
  ] as const)('%s on %s: %s graph', (precision, release, graph, expected) => {
    const result = plan({ precision }, release, 'a100');
    expect(result.plan?.graph).toBe(graph);
    expect(flags(result)).toEqual(expected);
  });

  test('TF32 is asked for, or is not there', () => {
    expect(flags(plan({ tf32: true }, '10.4', 'a100'))).toEqual([]);
    const onT4 = plan({ tf32: true }, '10.4', 't4');
    expect(codesOf(onT4)).toEqual(['tensorrt-no-tf32']);
  });

  test('typing can be chosen where the release has both', () => {
    const typed = plan({ precision: 'fp16', typing: 'strong' }, '8.6');
    expect([typed.plan?.graph, ...flags(typed)]).toEqual(['typed-fp16', '--fp16']);
    const weak = plan({ precision: 'fp16', typing: 'weak' }, '10.16');
    expect([weak.plan?.graph, ...flags(weak)]).toEqual(['fp32', '--fp16']);
    expect(codesOf(weak)).toEqual(['tensorrt-option-deprecated']);
    expect(codesOf(plan({ precision: 'fp16', typing: 'weak' }, '11.0'))).toContain(
      'tensorrt-typing-lacking',
    );
    expect(codesOf(plan({ precision: 'int8', typing: 'strong' }, '8.6'))).toContain(
      'tensorrt-typing-lacking',
    );
  });
});

describe('shapes', () => {
  const shapeOptions = (result: PlanResult, kind: string) =>
    optionsOf(result, kind).filter((option) => /shapes/i.test(option));

  test('a free batch is given to build and run', () => {
    const result = plan({ batches: [4] }, '10.4');
    expect(shapeOptions(result, 'build')).toEqual(['--shapes=input:4x3x224x224']);
    expect(shapeOptions(result, 'time')).toEqual(['--shapes=input:4x3x224x224']);
  });

  test('a profile has three, its runs one', () => {
    const result = plan({ batches: [2], profile: { min: 1, opt: 4, max: 8 } }, '10.4');
    expect(shapeOptions(result, 'build')).toEqual([
      '--minShapes=input:1x3x224x224',
      '--optShapes=input:4x3x224x224',
      '--maxShapes=input:8x3x224x224',
    ]);
    expect(shapeOptions(result, 'time')).toEqual(['--shapes=input:2x3x224x224']);
  });

  test('a graph that fixes its batch gets none, and no other batch', () => {
    const fixed = factsOf({
      inputs: [{ name: 'input', dataType: 'float32', shape: [4, 3, 224, 224] }],
    });
    const result = plan({ batches: [4] }, '10.4', 't4', fixed);
    expect([...shapeOptions(result, 'build'), ...shapeOptions(result, 'time')]).toEqual([]);
    expect(codesOf(plan({ batches: [1, 4] }, '10.4', 't4', fixed))).toEqual([
      'tensorrt-batch-fixed',
    ]);
  });

  test.each([
    [
      { batches: [4, 2, 8] },
      'The graph fixes the batch at 4, so batch 2, 8 cannot be built from it.',
    ],
    [
      { batches: [4], profile: { min: 1, opt: 4, max: 8 } },
      'The graph fixes the batch at 4: there is no range for --profile 1:4:8 to choose from.',
    ],
  ])('a graph that fixes its batch to 4 with %j', (intent: Intent, message) => {
    const fixed = factsOf({
      inputs: [{ name: 'input', dataType: 'float32', shape: [4, 3, 224, 224] }],
    });
    const result = plan(intent, '10.4', 't4', fixed);
    expect(result.plan).toBeUndefined();
    expect(result.diagnostics.map((d) => d.message)).toEqual([message]);
  });

  test('several inputs, and a batch outside of the profile', () => {
    const two = factsOf({
      inputs: [
        { name: 'a', dataType: 'float32', shape: ['N', 3, 8, 8] },
        { name: 'b', dataType: 'float32', shape: ['N', 5] },
      ],
    });
    const result = plan({ batches: [2] }, '10.4', 't4', two);
    expect(shapeOptions(result, 'build')).toEqual(['--shapes=a:2x3x8x8,b:2x5']);
    const outside = plan({ batches: [16], profile: { min: 1, opt: 4, max: 8 } }, '10.4');
    expect(outside.diagnostics[0]?.message).toBe('Batch 16 lies outside of --profile (1 to 8).');
  });
});

describe('batches', () => {
  const messages = (intent: Intent, facts = factsOf()) =>
    plan(intent, '10.4', 't4', facts).diagnostics.map(({ message }) => message);
  const profile = { min: 2, opt: 4, max: 8 };

  test('both ends of a profile belong to it', () => {
    expect(messages({ batches: [2, 8], profile })).toEqual([]);
    expect(messages({ batches: [1, 4, 9], profile })).toEqual([
      'Batch 1, 9 lies outside of --profile (2 to 8).',
    ]);
  });

  test('a graph without inputs that fix it has the batch 1', () => {
    const none = factsOf({ inputs: [] });
    expect(messages({ batches: [1] }, none)).toEqual([]);
    expect(messages({ batches: [2] }, none)).toEqual([
      'The graph fixes the batch at 1, so batch 2 cannot be built from it.',
    ]);
  });

  test('an engine with a range of batches has no batch of its own, its runs have', () => {
    const { plan: made } = plan({ batches: [2, 8], profile }, '10.4');
    expect(made?.commands.map(({ kind, batch }) => [kind, batch])).toEqual([
      ['build', undefined],
      ['time', 2],
      ['time', 8],
    ]);
    expect(made?.commands[0]).not.toHaveProperty('batch');
    const apart = plan({ batches: [1, 4] }, '10.4').plan;
    expect(apart?.commands.map(({ kind, batch }) => [kind, batch])).toEqual([
      ['build', 1],
      ['build', 4],
      ['time', 1],
      ['time', 4],
    ]);
  });
});

describe('files', () => {
  const folder = 'build/resnet50_vd/fp16';

  test('of two batches lie side by side, each once', () => {
    const { plan: made } = plan({ batches: [1, 4], profileLayers: true }, '10.4');
    const files = [1, 4].flatMap((batch) => [
      ['engine', `${folder}/model.b${batch}.plan`],
      ['log', `${folder}/trtexec-build.b${batch}.log`],
      ['layers', `${folder}/layers.b${batch}.json`],
      ['layer-times', `${folder}/layer-times.b${batch}.json`],
      ['log', `${folder}/trtexec-time.b${batch}.log`],
      ['log', `${folder}/trtexec-profile.b${batch}.log`],
    ]);
    const found = made?.files.map(({ role, path }) => [role, path]) ?? [];
    expect(found.toSorted()).toEqual(
      [
        ...files,
        ['timing-cache', `${folder}/timing.cache`],
        ['timing-cache-lock', `${folder}/timing.cache.lock`],
      ].toSorted(),
    );
  });

  test.each([
    ['8.5', false],
    ['8.6', true],
    ['11.1', true],
  ] as const)('a lock beside the timing cache, TensorRT %s: %s', (release, isLocked) => {
    const roles = plan({}, release).plan?.files.map(({ role }) => role);
    expect(roles?.includes('timing-cache-lock')).toBe(isLocked);
  });

  test('of one batch have plain names, and no cache where none is wanted', () => {
    const { plan: made } = plan({ batches: [4], timingCache: 'none' }, '10.4');
    expect(made?.files.map(({ path }) => path)).toEqual([
      `${folder}/model.plan`,
      `${folder}/layers.json`,
      `${folder}/trtexec-build.log`,
      `${folder}/trtexec-time.log`,
    ]);
    expect(made?.commands.map(({ engine, log }) => [engine, log])).toEqual([
      [`${folder}/model.plan`, `${folder}/trtexec-build.log`],
      [`${folder}/model.plan`, `${folder}/trtexec-time.log`],
    ]);
  });
});

describe('layers that stay in float32', () => {
  const held = factsOf({ float32Nodes: ['stem/conv1', 'head/fc'] });
  const heldBy = (intent: Intent, release: string) =>
    optionsOf(plan(intent, release, 't4', held), 'build').filter((option) =>
      /layer(Precisions|OutputTypes)|precisionConstraints/.test(option),
    );

  test('are held by name where the builder chooses types', () => {
    const layers = 'stem/conv1:fp32,head/fc:fp32';
    expect(heldBy({ precision: 'fp16' }, '8.6')).toEqual([
      '--precisionConstraints=obey',
      `--layerPrecisions=${layers}`,
      `--layerOutputTypes=${layers}`,
    ]);
  });

  test('are in the graph where its types decide, and in FP32 anyway', () => {
    expect(heldBy({ precision: 'fp16' }, '10.4')).toEqual([]);
    expect(heldBy({ precision: 'fp32' }, '8.6')).toEqual([]);
    const { plan: none } = plan({ precision: 'fp16' }, '8.6', 't4', factsOf({ float32Nodes: [] }));
    expect(none?.commands[0]?.args.join(' ')).not.toContain('precisionConstraints');
  });
});

describe('what a timing means is the same on every release', () => {
  const timing = (intent: Intent, release: string) =>
    optionsOf(plan(intent, release, 'a100'), 'time').filter((option) =>
      /DataTransfers|CudaGraph|SpinWait/.test(option),
    );

  test('by default: transfers in, graph and spin wait off', () => {
    expect(timing({}, '8.6')).toEqual([]);
    expect(timing({}, '10.16')).toEqual([]);
    expect(timing({}, '11.0')).toEqual(['--includeDataTransfers', '--noCudaGraph', '--noSpinWait']);
  });

  test('the other way round', () => {
    const away = { transfers: false, cudaGraph: true, spinWait: true };
    expect(timing(away, '8.6')).toEqual(['--noDataTransfers', '--useCudaGraph', '--useSpinWait']);
    expect(timing(away, '11.0')).toEqual([]);
  });

  test('streams and the run of its own for layers', () => {
    expect(optionsOf(plan({ streams: 2 }, '8.5'), 'time')).toContain('--streams=2');
    expect(optionsOf(plan({ streams: 2 }, '8.6'), 'time')).toContain('--infStreams=2');
    expect(optionsOf(plan({ profileLayers: true }, '10.4'), 'profile')).toContain(
      '--separateProfileRun',
    );
    expect(optionsOf(plan({ profileLayers: true }, '11.1'), 'profile')).not.toContain(
      '--separateProfileRun',
    );
  });
});

describe('what a release cannot do is said', () => {
  test.each([
    [
      { optimizationLevel: 5 },
      '8.5',
      "--optimization-level needs trtexec's --builderOptimizationLevel (8.6.0 and later), which TensorRT 8.5.3 does not take.",
    ],
    [
      { stripWeights: true },
      '8.6',
      "--strip-weights needs trtexec's --stripWeights (10.0.0 and later), which TensorRT 8.6.1 does not take.",
    ],
    [
      { hardwareCompatibility: 'same-compute-capability' },
      '10.8',
      'TensorRT 10.8.0 does not know the level same-compute-capability; 10.9 is the first that does.',
    ],
    [
      { hardwareCompatibility: 'ampere+' },
      '10.8',
      'T4 is compute capability 7.5: engines for --hardware-compatibility ampere+ need 8.0 or later.',
    ],
    [
      { inputFormat: { type: 'bf16', layout: 'chw' } },
      '8.6',
      '--input-format: TensorRT 8.6.1 does not know the type bf16; 9.1.0 is the first that does.',
    ],
    [
      { precision: 'fp16', inputFormat: { type: 'fp16', layout: 'chw' } },
      '11.1',
      '--input-format asks for fp16, but the graph declares fp32 and its types decide.',
    ],
  ] as const)('%j on %s', (intent, release, message) => {
    const result = plan(intent as Intent, release);
    expect(result.plan).toBeUndefined();
    expect(result.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message)).toEqual([
      message,
    ]);
  });

  test('an engine without weights is built but not timed where trtexec cannot refit it', () => {
    const early = plan({ stripWeights: true }, '10.4');
    expect(early.plan?.commands.every(({ kind }) => kind === 'build')).toBe(true);
    expect(early.diagnostics.map(({ message }) => message)).toEqual([
      'An engine without weights cannot be timed with TensorRT 10.4.0: trtexec refits from ONNX from 10.14.1 on.',
    ]);
    expect(optionsOf(plan({ stripWeights: true }, '10.16'), 'time')).toContain(
      `--refitFromOnnx=${factsOf().path}`,
    );
  });

  test('sparsity on a GPU without it is a warning', () => {
    expect(codesOf(plan({ sparsity: 'enable' }, '10.4'))).toEqual(['tensorrt-no-sparsity']);
  });
});

describe('formats of inputs and outputs', () => {
  test('type and layout up to 10.16, layout alone from 11.0', () => {
    const intent = { inputFormat: { layout: 'hwc' } } as const;
    expect(optionsOf(plan(intent, '10.16'), 'build')).toContain('--inputIOFormats=fp32:hwc');
    expect(optionsOf(plan(intent, '11.0', 'a100'), 'build')).toContain('--inputIOFormats=hwc');
  });

  test('weak typing lets the type be chosen', () => {
    const intent = { precision: 'fp16', inputFormat: { type: 'fp16', layout: 'hwc8' } } as const;
    expect(optionsOf(plan(intent, '8.6'), 'build')).toContain('--inputIOFormats=fp16:hwc8');
  });
});

describe('arguments that are passed on', () => {
  test.each([
    [['--maxTactics=1'], '10.4', []],
    [['--maxTactics=1'], '10.3', ['tensorrt-option-lacking']],
    [['--maxTactic=1'], '10.4', ['tensorrt-argument-unknown']],
    [['--onnx=x'], '10.4', ['tensorrt-argument-taken']],
    [['--avgTiming=2', '--avgTiming=2'], '10.4', ['tensorrt-argument-taken']],
    [['--avgTiming=x'], '10.4', ['tensorrt-argument-form']],
    [['--avgTiming'], '10.4', ['tensorrt-argument-form']],
    [['--noBuilderCache=false'], '10.4', ['tensorrt-argument-form']],
    [['--useRuntime=slow'], '10.4', ['tensorrt-argument-form']],
    [['maxTactics=1'], '10.4', ['tensorrt-argument-unknown']],
  ] as const)('%j on %s', (buildArguments, release, codes) => {
    expect(codesOf(plan({ buildArguments: [...buildArguments] }, release))).toEqual(codes);
  });

  test('the nearest name is offered', () => {
    const { diagnostics } = plan({ runArguments: ['--avgRun=3'] }, '10.4');
    expect(diagnostics[0]?.hint).toBe('Did you mean --avgRuns?');
  });
});

describe('cache key', () => {
  const identityOf = (graph: string) => ({ graph, weights: 'seed 0', ranges: 'none' });
  const digestOf = (
    intent: Intent,
    release: string,
    gpu: string,
    changes: Partial<ModelFacts>,
  ): string => keyDigest(plan(intent, release, gpu, factsOf(changes)).plan?.key ?? {});
  const keyOf = (intent: Intent, release = '10.4', gpu = 't4', graph = 'a') =>
    digestOf(intent, release, gpu, { identity: identityOf(graph) });

  test('changes with all that changes the engine, and with nothing else', () => {
    const key = keyOf({});
    const others = [
      keyOf({ precision: 'fp16' }),
      keyOf({ batches: [2] }),
      keyOf({ optimizationLevel: 5 }),
      keyOf({}, '10.3'),
      keyOf({}, '10.4', 'Tesla T4'),
      keyOf({}, '10.4', 't4', 'b'),
    ];
    expect(new Set([key, ...others]).size).toBe(7);
    expect(keyOf({ durationMs: 9, timingCache: 'none', streams: 3 })).not.toBe(undefined);
    expect(keyOf({ durationMs: 9, streams: 3 })).toBe(key);
    const elsewhere = { path: '/x/model.onnx', directory: '/x', identity: identityOf('a') };
    expect(digestOf({}, '10.4', 't4', elsewhere)).toBe(key);
    expect(digestOf({}, '10.4', 't4', {})).not.toBe(key);
  });
});

test('golden command lines', async () => {
  const cases: readonly (readonly [string, string, Intent])[] = [
    ['8.5', 'v100', { precision: 'fp32', batches: [1] }],
    ['8.6', 't4', { precision: 'fp16' }],
    ['8.6', 't4', { precision: 'int8', batches: [8], workspaceMiB: 2048 }],
    ['9.3', 'v100', { precision: 'fp16', batches: [1] }],
    ['10.4', 'v100', { precision: 'fp16', batches: [1, 8] }],
    ['10.5', 'v100', { precision: 'fp16' }],
    ['10.4', 't4', { precision: 'fp16', typing: 'weak', batches: [1] }],
    ['10.8', 'rtx5090', { precision: 'fp16', batches: [4], cudaGraph: true, transfers: false }],
    ['10.16', 't4', { precision: 'int8', batches: [1, 4], profile: { min: 1, opt: 4, max: 8 } }],
    ['10.16', 'a100', { batches: [1], tf32: true, versionCompatible: true, optimizationLevel: 5 }],
    ['11.0', 'a100', { precision: 'fp16', batches: [1], profileLayers: true, streams: 2 }],
    ['11.1', 't4', { precision: 'fp16' }],
    ['11.5', 'h100', { precision: 'fp32', batches: [1], inputFormat: { layout: 'hwc' } }],
  ];
  const text = cases.map(([release, gpu, intent]) => {
    const { plan: made, diagnostics } = plan(intent, release, gpu);
    const said = diagnostics.map(({ severity, message }) => `${severity}: ${message}`);
    const commands = made?.commands.map(({ args }) => ['trtexec', ...args].join(' ')) ?? [];
    const graph = made ? [`graph: ${made.graph}`] : [];
    const title = `# TensorRT ${release}, ${gpu}, ${JSON.stringify(intent)}`;
    return [title, ...said, ...graph, ...commands, ''].join('\n');
  });
  await expect(text.join('\n')).toMatchFileSnapshot('golden/commands.txt');
});

describe('batches beside a range', () => {
  const profile = { min: 2, opt: 4, max: 8 };
  const planned = (batches: readonly number[]) => plan({ batches: [...batches], profile }, '10.4');

  test('are taken from its least to its most', () => {
    expect(codesOf(planned([2, 5, 8]))).not.toContain('tensorrt-batch-outside');
    expect(planned([2, 5, 8]).plan).toBeDefined();
  });

  test.each([
    [[1], '1'],
    [[9], '9'],
    [[1, 2, 8, 9], '1, 9'],
  ])('are refused outside of it: %j', (batches, outside) => {
    const { plan: found, diagnostics } = planned(batches);
    expect(found).toBeUndefined();
    expect(diagnostics.map(({ message }) => message)).toContain(
      `Batch ${outside} lies outside of --profile (2 to 8).`,
    );
  });
});
