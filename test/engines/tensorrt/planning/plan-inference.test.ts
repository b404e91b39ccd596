import { expect, test } from 'vitest';
import { parseGpu } from '../../../../engines/tensorrt/planning/gpu.ts';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';
import { planInference } from '../../../../engines/tensorrt/planning/plan-inference.ts';
import { resolveRelease } from '../../../../engines/tensorrt/planning/release.ts';
import { expectDiagnostic } from '../../../helpers/byte-sources.ts';
import { factsOf } from '../helpers.ts';

type Given = NonNullable<Parameters<typeof tensorrtIntent>[0]>;

const files = {
  engine: 'out/model.plan',
  log: 'out/run.log',
  inputs: [
    { name: 'a', path: '/tmp/a.bin' },
    { name: 'b', path: '/tmp/b c.bin' },
  ],
  output: '/tmp/outputs.json',
};

const planned = (given: Given, release: string, inputs = files.inputs) =>
  planInference(
    tensorrtIntent(given),
    { release: resolveRelease(release), gpu: parseGpu('a100') },
    factsOf(),
    { ...files, inputs, batch: 2 },
  );

test('inputs go through the engine once', () => {
  expect(planned({ precision: 'fp16', streams: 4, profileLayers: true }, '10.4')).toEqual({
    kind: 'run',
    batch: 2,
    args: [
      '--loadEngine=out/model.plan',
      '--shapes=input:2x3x224x224',
      '--warmUp=0',
      '--duration=0',
      '--iterations=1',
      '--loadInputs=a:/tmp/a.bin,b:/tmp/b c.bin',
      '--exportOutput=/tmp/outputs.json',
    ],
    engine: 'out/model.plan',
    log: 'out/run.log',
  });
});

test('with transfers, whatever is timed without them', () => {
  const fast = { transfers: false, cudaGraph: true, spinWait: true };
  const switches = (release: string) =>
    planned(fast, release).args.filter((arg) => /Transfers|Graph|Spin/.test(arg));
  expect(switches('10.4')).toEqual([]);
  expect(switches('11.1')).toEqual(['--includeDataTransfers', '--noCudaGraph', '--noSpinWait']);
});

test('what loading the engine needs is there', () => {
  const { args } = planned({ versionCompatible: true, device: 1 }, '10.16');
  expect(args).toContain('--versionCompatible');
  expect(args).toContain('--device=1');
  expect(planned({ stripWeights: true }, '10.16').args).toContain(
    '--refitFromOnnx=build/resnet50_vd/fp16/model.onnx',
  );
});

test('a typing that the release lacks stands not in the way of a built engine', () => {
  const { args } = planned({ precision: 'int8', typing: 'strong' }, '8.6');
  expect(args).toEqual(planned({ precision: 'int8' }, '8.6').args);
});

test.each([',', ':', "'"])('a path with %s is refused', async (character) => {
  const path = `/tmp/a${character}b.bin`;
  const work = () => planned({}, '10.4', [{ name: 'a', path }]);
  const { message } = await expectDiagnostic(work, 'trtexec-path-unsafe');
  expect(message).toContain(path);
});
