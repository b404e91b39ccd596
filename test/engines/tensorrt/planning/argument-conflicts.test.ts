import { expect, test } from 'vitest';
import { checkConflicts } from '../../../../engines/tensorrt/planning/argument-conflicts.ts';
import { acceptsOption, findOption } from '../../../../engines/tensorrt/planning/option-table.ts';
import {
  resolveRelease,
  supportedReleases,
} from '../../../../engines/tensorrt/planning/release.ts';
import { parseCommandLine, togetherRules } from '../../../stand-in/command-line.ts';
import { releaseNamed } from '../../../stand-in/release.ts';

const build = ['--onnx=m', '--saveEngine=e'];
const run = ['--loadEngine=e'];

const commands: readonly (readonly [planned: readonly string[], extra: readonly string[]])[] = [
  [build, ['--useRuntime=lean']],
  [build, ['--useRuntime=full']],
  [run, ['--useRuntime=lean']],
  [build, ['--weightStreamingBudget=50%']],
  [run, ['--weightStreamingBudget=50%']],
  [run, ['--weightStreamingBudget=50%', '--allowWeightStreaming']],
  [build, ['--cpuOnly']],
  [build, ['--cpuOnly', '--safe']],
  [build, ['--dumpKernelText']],
  [build, ['--dumpKernelText', '--safe']],
  [build, ['--tacticSources=-CUDNN']],
  [build, ['--tacticSources=+EDGE_MASK_CONVOLUTIONS']],
  [build, ['--inputIOFormats=fp16:chw']],
  [build, ['--inputIOFormats=chw']],
  [build, ['--outputIOFormats=fp16:chw']],
  [[...build, '--stronglyTyped'], ['--best']],
  [build, ['--best']],
  [build, ['--fp8', '--int8']],
  [[...build, '--int8'], ['--fp8']],
  [[...build, '--fp8'], ['--int8']],
  [build, ['--fp8']],
  [build, ['--batch=4']],
  [run, ['--batch=4']],
];

/** Rules about the command that rcc itself plans: no argument of a user brings them about. */
const ownRules: readonly string[] = [
  'Model missing or format not recognized',
  'Incompatible load and save engine options selected',
];

test('the commands break every rule of the parser at least once', () => {
  const broken = commands.flatMap(([planned, extra]) =>
    supportedReleases.flatMap(
      (version) => parseCommandLine([...planned, ...extra], releaseNamed(version)).complaints,
    ),
  );
  const missing = togetherRules
    .map(({ words }) => words)
    .filter((words) => !broken.includes(words));
  expect(missing).toEqual(ownRules);
});

test.each(
  commands,
)('of %j with %j it warns where a parser refuses it, and nowhere else', (planned, extra) => {
  const args = [...planned, ...extra];
  const wrong = supportedReleases.flatMap((version) => {
    const release = resolveRelease(version);
    const known = args.every((argument) => {
      const row = findOption(argument.split('=', 1)[0] ?? '');
      return row && acceptsOption(release, row.name);
    });
    // An option that the release does not know at all is another diagnostic.
    if (!known) return [];
    const { complaints } = parseCommandLine(args, releaseNamed(version));
    const warned = checkConflicts(args, extra, release).map(({ message }) => message);
    const differs = (complaints.length === 0) !== (warned.length === 0);
    return differs ? [{ version, complaints, warned }] : [];
  });
  expect(wrong).toEqual([]);
});

test('says what is in the way', () => {
  const told = (extra: readonly string[], release: string) =>
    checkConflicts([...build, ...extra], extra, resolveRelease(release)).map(
      ({ severity, message }) => `${severity}: ${message}`,
    );
  expect(told(['--cpuOnly'], '11.1')).toEqual([
    'warning: TensorRT 11.1.0 refuses --cpuOnly in this command: it needs --safe beside it.',
  ]);
  expect(told(['--tacticSources=-CUDNN'], '10.16')).toEqual([]);
});

test.each([
  ['--layerDeviceTypes=a:GPU', '8.6'],
  ['--buildDLAStandalone', '8.6'],
  ['--saveDebugTensors=a:b', '10.4'],
  ['--dumpKernelText', '10.16'],
  ['--tuningSearch=fast', '11.1'],
  ['--tuningCacheFile=a', '11.1'],
])('%s is known, TensorRT %s', (argument, release) => {
  const row = findOption(argument.split('=', 1)[0] ?? '');
  expect(row && acceptsOption(resolveRelease(release), row.name)).toBe(true);
});
