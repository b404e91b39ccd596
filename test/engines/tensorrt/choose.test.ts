import { afterEach, describe, expect, test, vi } from 'vitest';
import type { TargetRequest } from '../../../engines/target.ts';
import { tensorrtTarget as target } from '../../../engines/tensorrt/target.ts';
import { diagnosticsOf, nvidiaSmiStandIn, pretend, trtexecStandIn } from './helpers.ts';

afterEach(() => void vi.unstubAllEnvs());

const env = { NVIDIA_SMI: nvidiaSmiStandIn, RCC_CACHE_DIR: '/none' };
type Texts = Parameters<typeof target.read>[0];

async function choose(texts: Texts, changes: Partial<TargetRequest> = {}) {
  return await target.choose(await target.read(texts), { precision: 'fp16', env, ...changes });
}

async function find(texts: Texts, changes: Partial<TargetRequest> = {}) {
  const options = await target.read(texts);
  return await target.find?.(options, { precision: 'fp16', env, ...changes });
}

const isPlan = true;
const here = { trtexec: trtexecStandIn };

describe('TensorRT of this machine', () => {
  test('says what it is, and which graph and engines it wants', async () => {
    const chosen = await choose(here);
    expect(chosen).toMatchObject({
      name: 'tensorrt',
      reason: 'tensorrt 10.4.0 on Tesla T4 (stand-in), as asked for',
      release: 'TensorRT 10.4.0',
      precision: 'fp16',
      form: { precision: 'fp16' },
      batches: [1, 4, 8],
      layers: 'engine',
      float16: 'computed',
    });
    expect(chosen.engine?.fileName).toBe('model.b1.plan');
    pretend({ RELEASE: '8.6' });
    expect((await choose(here)).form.precision).toBe('fp32');
  });

  test('is found for auto with the same words, or not with the reason', async () => {
    expect(await find(here)).toMatchObject({
      reason: 'tensorrt 10.4.0 on Tesla T4 (stand-in), found here',
    });
    expect(await find({})).toMatch(/^trtexec was not found/);
    pretend({ GPU: 'v100' });
    expect(await find(here, { precision: 'int8' })).toContain('V100');
  });

  test('refuses at once what the GPU cannot do', async () => {
    pretend({ GPU: 'v100' });
    const diagnostics = await diagnosticsOf(choose(here, { precision: 'int8' }));
    expect(diagnostics.map(({ code }) => code)).toEqual(['tensorrt-int8-without-tensor-cores']);
  });

  test('is asked for once by requests that share what they found', async () => {
    const found = new Map<string, Promise<unknown>>();
    await choose(here, { found });
    expect(found.size).toBe(1);
    const [machine] = found.values();
    // What is known is not asked again: the stand-in would now be another GPU.
    pretend({ GPU: 'a100' });
    expect((await choose(here, { found, precision: 'int8' })).reason).toContain('Tesla T4');
    expect([...found.values()]).toEqual([machine]);
    expect((await choose(here, { found: new Map() })).reason).toContain('A100');
    await choose({ ...here, device: '0', trtexec: `env ${trtexecStandIn}` }, { found });
    expect(found.size).toBe(2);
  });
});

describe('batches', () => {
  const batchesOf = async (texts: Texts, batches?: readonly number[]) =>
    (await choose({ trt: '10.4', gpu: 't4', ...texts }, { isPlan, batches })).batches;

  test('are those that were asked for, however many', async () => {
    expect(await batchesOf({}, [2, 16])).toEqual([2, 16]);
    expect(await batchesOf({ profile: '1:4:8' }, [2])).toEqual([2]);
    const many = Array.from({ length: 40 }, (_, i) => i + 1);
    expect(await batchesOf({}, many)).toEqual(many);
  });

  test('are else those of the profile, each once, or of the published tables', async () => {
    expect(await batchesOf({ profile: '2:2:16' })).toEqual([2, 16]);
    expect(await batchesOf({})).toEqual([1, 4, 8]);
  });
});

describe('another machine', () => {
  test.each([
    [{ trt: '8.6' }, '--trt'],
    [{ gpu: 't4' }, '--gpu'],
    [{ gpu: 't4', trt: '8.6' }, '--trt'],
  ])('%j is for plans alone', async (texts, flag) => {
    for (const attempt of [choose(texts), find(texts), choose(texts, { doing: 'timing' })]) {
      const [diagnostic] = await diagnosticsOf(attempt);
      expect(diagnostic?.code).toBe('option-needs-dry-run');
      expect(diagnostic?.message).toContain(`${flag} is for plans`);
    }
  });

  test('needs nothing here where release and GPU are named', async () => {
    const options = { trt: '8.6', gpu: 'a100' };
    for (const chosen of [await choose(options, { isPlan }), await find(options, { isPlan })]) {
      expect(chosen).toMatchObject({ release: 'TensorRT 8.6.1', form: { precision: 'fp32' } });
    }
  });

  test('takes from this one what is not named', async () => {
    const byRelease = await choose({ ...here, trt: '10.9' }, { isPlan });
    expect(byRelease.reason).toContain('tensorrt 10.9.0 on Tesla T4 (stand-in)');
    const byGpu = await choose({ ...here, gpu: 'l4' }, { isPlan });
    expect(byGpu.reason).toMatch(/^tensorrt 10\.4\.0 on .*L4/);
    const [diagnostic] = await diagnosticsOf(choose({ trt: '10.9' }, { isPlan }));
    expect(diagnostic?.code).toBe('trtexec-not-found');
  });

  const plan = async (texts: Texts, isTimed = true) =>
    (await choose({ trt: '10.4', gpu: 't4', ...texts }, { isPlan, batches: [4] })).plan?.({
      model: {
        path: 'build/model.onnx',
        directory: 'build',
        inputs: [{ name: 'input', dataType: 'float32', shape: ['N', 3, 224, 224] }],
        outputs: [{ name: 'logits', dataType: 'float32', shape: ['N', 1000] }],
      },
      limits: { warmUpMs: 7, durationMs: 2000, minIterations: 9 },
      isTimed,
    });

  test('has a plan: what would be started, with the limits of the timing', async () => {
    const planned = await plan({});
    expect(planned?.title).toBe(
      'TensorRT 10.4.0 on T4 (compute capability 7.5), from a typed FP16 graph',
    );
    expect(planned?.commands.map(({ title }) => title)).toEqual(['build batch 4', 'time batch 4']);
    const [build, time] = planned?.commands ?? [];
    expect(build?.command.slice(0, 3)).toEqual([
      'trtexec',
      '--onnx=build/model.onnx',
      '--saveEngine=build/model.plan',
    ]);
    expect(time?.command).toEqual(
      expect.arrayContaining(['--warmUp=7', '--duration=2', '--iterations=9']),
    );
    expect(planned?.facts).toMatchObject({ tensorrt: { release: '10.4.0', graph: 'typed-fp16' } });
  });

  test('has no timing in its plan where nothing is timed, nor its files', async () => {
    const planned = await plan({}, false);
    expect(planned?.commands.map(({ kind }) => kind)).toEqual(['build']);
    expect(planned?.files.map(({ path }) => path)).not.toContain('build/trtexec-time.log');
    expect((await plan({}))?.files.map(({ path }) => path)).toContain('build/trtexec-time.log');
  });

  test('what stands against it is told with the plan', async () => {
    const diagnostics = await diagnosticsOf(plan({ gpu: 'v100', trt: '10.5' }));
    expect(diagnostics.map(({ code }) => code)).toContain('tensorrt-gpu-dropped');
  });
});
