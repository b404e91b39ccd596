import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flagOf } from '../../../engines/option-row.ts';
import type { TargetRequest } from '../../../engines/target.ts';
import { tensorrtOptionRows } from '../../../engines/tensorrt/planning/option-rows.ts';
import { optionDefaults } from '../../../engines/tensorrt-rtx/options.ts';
import { tensorrtRtxTarget as target } from '../../../engines/tensorrt-rtx/target.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { diagnosticsOf } from '../tensorrt/helpers.ts';
import { builtEvent, fakePython } from './fake-python.ts';

const request = (changes: Partial<TargetRequest> = {}): TargetRequest => ({
  precision: 'fp16',
  env: { RCC_CACHE_DIR: '/none' },
  ...changes,
});

const defaults = { tf32: false, auxStreams: 0, timeoutS: 600 };

describe('its options', () => {
  it('have the defaults of the compiler, whether anything is given or not', async () => {
    expect(await target.read({})).toEqual(defaults);
    expect(await target.read({ python: '/opt/python' })).toEqual({
      ...defaults,
      python: '/opt/python',
    });
    const { tf32, auxStreams, timeoutMs } = optionDefaults;
    expect({ tf32, auxStreams, timeoutS: timeoutMs / 1000 }).toEqual(defaults);
  });

  it('are read from their texts', async () => {
    const texts = {
      computeCapability: '7.5,8.6',
      python: '/opt/python',
      profile: '1:2:16',
      tf32: true,
      auxStreams: '3',
      timeoutS: '60',
    };
    expect(await target.read(texts)).toEqual({
      computeCapability: '7.5,8.6',
      python: '/opt/python',
      profile: { min: 1, opt: 2, max: 16 },
      tf32: true,
      auxStreams: 3,
      timeoutS: 60,
    });
    expect(target.options.map(({ key }) => key).sort()).toEqual(Object.keys(texts).sort());
  });

  it('are refused by name, all at once', async () => {
    const wrong = { profile: '8:4:1', auxStreams: '65', timeoutS: 'long' };
    const mistakes = await diagnosticsOf(target.read(wrong));
    expect(mistakes.map(({ code }) => code)).toEqual(Array(3).fill('option-value'));
    expect(mistakes.map(({ message }) => message.slice(0, message.indexOf(': '))).sort()).toEqual([
      "--aux-streams cannot be '65'",
      "--profile cannot be '8:4:1'",
      "--timeout cannot be 'long'",
    ]);
  });

  it('that TensorRT has too are written as there, with a default of their own', () => {
    const shared = target.options.flatMap((row) => {
      const other = tensorrtOptionRows.find((one) => flagOf(one) === flagOf(row));
      return other ? [{ row, other }] : [];
    });
    expect(shared.map(({ row }) => row.key)).toEqual(['profile', 'tf32', 'auxStreams', 'timeoutS']);
    for (const { row, other } of shared) {
      expect(row).toMatchObject({ key: other.key, flags: other.flags, doc: other.doc });
    }
    const usual = shared.map(({ row }) => row.default.split(/: | /, 1)[0]);
    expect(usual).toEqual(['1:4:8', 'off', '0', '600']);
  });
});

describe('choosing it', () => {
  async function choose(texts: Parameters<typeof target.read>[0], changes = {}) {
    return await target.choose(await target.read(texts), request(changes));
  }

  it('needs to know for which GPUs', async () => {
    const [diagnostic, ...more] = await diagnosticsOf(choose({ python: fakePython({}) }));
    expect(more).toEqual([]);
    expect(diagnostic).toMatchObject({
      code: 'option-missing',
      severity: 'error',
      message: 'Target tensorrt-rtx needs --compute-capability.',
      hint: '`rcc help tensorrt-rtx` shows its options.',
    });
  });

  it.each(['running', 'timing'])('is refused at once where it is for %s', async (doing) => {
    for (const texts of [{}, { computeCapability: '8.6', python: '/nowhere/python' }]) {
      const diagnostics = await diagnosticsOf(choose(texts, { doing }));
      expect(diagnostics.map(({ code }) => code)).toEqual(['tensorrt-rtx-needs-gpu']);
    }
  });

  it('looks at the compute capability before it looks for Python', async () => {
    const texts = { computeCapability: '7.0', python: '/nowhere/python' };
    const unknown = await diagnosticsOf(choose(texts));
    expect(unknown.map(({ code }) => code)).toEqual(['compute-capability-unknown']);
    const missing = await diagnosticsOf(choose({ ...texts, computeCapability: '8.6' }));
    expect(missing.map(({ code }) => code)).toEqual(['tensorrt-rtx-missing']);
  });

  it('is done by name alone', () => {
    expect(target.find).toBeUndefined();
  });

  it('gives a target that builds only, and the graph that the least GPU wants', async () => {
    const python = fakePython({});
    const chosen = await choose({ python, computeCapability: '8.6, sm75' });
    expect(chosen).toMatchObject({
      name: 'tensorrt-rtx',
      reason: 'tensorrt-rtx 1.7.1.116 for compute capability 7.5, 8.6',
      precision: 'fp16',
      form: { precision: 'fp16', head: { layer: 'mul-sum', pool: 'AveragePool' } },
      batches: 'any',
      layers: 'engine',
      engine: { buildsOnly: { because: 'the engine needs its GPU' } },
    });
    const later = await choose({ python, computeCapability: '8.6' }, { precision: 'fp32' });
    expect(later.form).toMatchObject({ precision: 'fp32', head: { layer: 'gemm' } });
    const int8 = await choose({ python, computeCapability: '7.5' }, { precision: 'int8' });
    expect(int8.form).toMatchObject({ precision: 'int8', head: { layer: 'conv1x1' } });
  });

  it('passes its options on to the build', async () => {
    const python = fakePython({ lines: [builtEvent], engineBytes: 8 });
    const directory = temporaryFolder('rtx');
    const { engine } = await choose({
      python,
      computeCapability: '8.9',
      profile: '2:3:4',
      tf32: true,
      auxStreams: '5',
    });
    const modelPath = join(directory, 'model.onnx');
    const built = await engine?.build({ modelPath, directory });
    expect(built?.engines[0]?.batches).toEqual({ min: 2, opt: 3, max: 4 });
    expect(built?.facts).toMatchObject({ computeCapabilities: ['8.9'], tf32: true, auxStreams: 5 });
    const args: string[] = JSON.parse(
      readFileSync(join(dirname(python), 'arguments.json'), 'utf8'),
    );
    expect(args.slice(-7).join(' ')).toBe(
      '--compute-capability 8.9 --batches 2,3,4 --aux-streams 5 --tf32',
    );
  });

  it('stops a build after the time that was given', async () => {
    const python = fakePython({ lines: [], staysMs: 60_000 });
    const directory = temporaryFolder('rtx');
    const { engine } = await choose({ python, computeCapability: '8.6', timeoutS: '1' });
    if (!engine) throw new Error('there is no engine');
    const building = engine.build({ modelPath: join(directory, 'model.onnx'), directory });
    const [diagnostic] = await diagnosticsOf(building);
    expect(diagnostic?.code).toBe('tensorrt-rtx-timed-out');
  });
});
