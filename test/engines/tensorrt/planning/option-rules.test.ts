import { expect, test } from 'vitest';
import { flagOf } from '../../../../engines/option-row.ts';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';
import { rowOf } from '../../../../engines/tensorrt/planning/option-rows.ts';
import {
  applyRules,
  type CommandKind,
} from '../../../../engines/tensorrt/planning/option-rules.ts';
import { planPrecision } from '../../../../engines/tensorrt/planning/precision-recipes.ts';
import { resolveRelease } from '../../../../engines/tensorrt/planning/release.ts';
import type { Diagnostic } from '../../../../src/diagnostics/diagnostic.ts';
import { factsOf } from '../helpers.ts';

type Given = NonNullable<Parameters<typeof tensorrtIntent>[0]>;

function apply(kind: CommandKind, given: Given, release = '10.16') {
  const intent = tensorrtIntent(given);
  const resolved = resolveRelease(release);
  const precision = planPrecision(intent, resolved, []);
  if (!precision) throw new Error('no recipe');
  const diagnostics: Diagnostic[] = [];
  const args = applyRules(kind, {
    intent,
    release: resolved,
    model: factsOf(),
    precision,
    diagnostics,
  });
  return { args, messages: diagnostics.map(({ message }) => message) };
}

const timing = ['--warmUp=500', '--duration=3', '--iterations=100'];

test('by default', () => {
  expect(apply('build', {}).args).toEqual(['--profilingVerbosity=detailed']);
  expect(apply('time', {}).args).toEqual([...timing, '--percentile=90,95,99']);
  expect(apply('profile', {}, '10.4').args).toEqual(['--separateProfileRun', ...timing]);
  expect(apply('run', {}).args).toEqual([]);
});

test.each<[Given, readonly string[]]>([
  [{ workspaceMiB: 2048 }, ['--memPoolSize=workspace:2048']],
  [{ optimizationLevel: 0 }, ['--builderOptimizationLevel=0']],
  [{ versionCompatible: true }, ['--versionCompatible']],
  [{ hardwareCompatibility: 'ampere+' }, ['--hardwareCompatibilityLevel=ampere+']],
  [
    { hardwareCompatibility: 'same-compute-capability' },
    ['--hardwareCompatibilityLevel=sameComputeCapability'],
  ],
  [{ refit: true }, ['--refit']],
  [{ stripWeights: true }, ['--stripWeights']],
  [{ sparsity: 'enable' }, ['--sparsity=enable']],
  [{ sparsity: 'force' }, ['--sparsity=force']],
  [{ inputFormat: { layout: 'hwc' } }, ['--inputIOFormats=fp32:hwc']],
  [{ outputFormat: { layout: 'chw' } }, ['--outputIOFormats=fp32:chw']],
  [{ auxStreams: 0 }, ['--maxAuxStreams=0']],
  [{ device: 3 }, ['--device=3']],
])('a build with %j', (given, expected) => {
  const { args, messages } = apply('build', given);
  expect(args.filter((arg) => !arg.startsWith('--profilingVerbosity'))).toEqual(expected);
  expect(messages).toEqual([]);
});

test.each<[Given, CommandKind, readonly string[]]>([
  [{ versionCompatible: true }, 'run', ['--versionCompatible']],
  [{ versionCompatible: true }, 'time', ['--versionCompatible']],
  [{ stripWeights: true }, 'run', ['--refit', '--refitFromOnnx=build/resnet50_vd/fp16/model.onnx']],
  [{ streams: 3 }, 'time', ['--infStreams=3']],
  [{ streams: 3 }, 'profile', []],
  [{ device: 3 }, 'profile', ['--device=3']],
  [{ transfers: false }, 'time', ['--noDataTransfers']],
  [{ cudaGraph: true }, 'profile', ['--useCudaGraph']],
  [{ spinWait: true }, 'run', ['--useSpinWait']],
])('%j in a command to %s', (given, kind, expected) => {
  const plain = apply(kind, {}).args;
  expect(apply(kind, given).args.filter((arg) => !plain.includes(arg))).toEqual(expected);
});

test('percentiles are those of rcc and those asked for, in order of number', () => {
  expect(apply('time', { percentiles: [99.9, 100, 5, 90] }).args).toContain(
    '--percentile=5,90,95,99,99.9,100',
  );
});

test('durations are seconds for trtexec', () => {
  const { args } = apply('time', { warmUpMs: 0, durationMs: 1500, iterations: 7 });
  expect(args.slice(0, 3)).toEqual(['--warmUp=0', '--duration=1.5', '--iterations=7']);
});

test('what no form of an option of the release can say is left out and told', () => {
  const { args, messages } = apply('build', { auxStreams: 2 }, '8.5');
  expect(args).toEqual(['--profilingVerbosity=detailed']);
  expect(messages).toEqual([
    "--aux-streams needs trtexec's --maxAuxStreams (8.6.0 and later), which TensorRT 8.5.3 does not take.",
  ]);
});

test('a flag is the first word of its row', () => {
  expect(flagOf(rowOf('workspaceMiB'))).toBe('--workspace');
  expect(flagOf(rowOf('refit'))).toBe('--refit');
});
