import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { mismatchesOf } from '../../../../engines/engine-check.ts';
import { findNvidiaSmi, readGpuState } from '../../../../engines/nvidia-smi.ts';
import { readFacts } from '../../../../engines/read-facts.ts';
import { findUsable } from '../../../../engines/tensorrt/machine/auto.ts';
import { tensorrtDoctor } from '../../../../engines/tensorrt/machine/doctor.ts';
import { findTrtexec } from '../../../../engines/tensorrt/machine/find.ts';
import {
  inspectMachine,
  selectGpu,
  type TensorrtMachine,
} from '../../../../engines/tensorrt/machine/machine.ts';
import { parseGpu } from '../../../../engines/tensorrt/planning/gpu.ts';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';
import { planTrtexec } from '../../../../engines/tensorrt/planning/plan.ts';
import { resolveRelease } from '../../../../engines/tensorrt/planning/release.ts';
import { checkTensorrtEngine } from '../../../../engines/tensorrt/running/check-engine.ts';
import {
  factsOf as builtFactsOf,
  tensorrtFacts,
} from '../../../../engines/tensorrt/running/facts.ts';
import type { Diagnostic } from '../../../../src/diagnostics/diagnostic.ts';
import {
  diagnosticsOf,
  factsOf,
  nvidiaSmiStandIn,
  pretend,
  standInMachine,
  trtexecStandIn,
} from '../helpers.ts';

afterEach(() => void vi.unstubAllEnvs());

const env = { NVIDIA_SMI: nvidiaSmiStandIn };

describe('inspecting', () => {
  test('release, GPU, driver and CUDA', async () => {
    pretend({ RELEASE: '10.16', GPU: 'v100' });
    expect(await standInMachine()).toMatchObject({
      fullVersion: '10.16.0.26',
      gpu: { name: 'Tesla V100-SXM2-16GB (stand-in)', computeCapability: '7.0' },
      installed: { driver: '550.54.15', memoryMiB: 16151 },
      cuda: '12.4',
    });
  });

  test('a driver that does not know compute_cap: the name tells', async () => {
    pretend({ DRIVER: '470.82.01' });
    const machine = await standInMachine();
    expect(machine.installed?.computeCapability).toBeUndefined();
    expect(machine.gpu.computeCapability).toBe('7.5');
  });

  test('without nvidia-smi the GPU comes from trtexec’s own words', async () => {
    const machine = await inspectMachine({ trtexec: trtexecStandIn, env: {}, device: 0 });
    expect(machine.gpu).toEqual({ name: 'Tesla T4 (stand-in)', computeCapability: '7.5' });
    expect(machine.notes.map(({ code }) => code)).toEqual(['nvidia-smi-missing']);
  });

  test('beside a command prefix, nvidia-smi is asked through it', async () => {
    const folder = trtexecStandIn.slice(0, -'/trtexec'.length);
    const prefix = `env PATH=${folder}:${process.env.PATH} trtexec`;
    const machine = await inspectMachine({ trtexec: prefix, env: {}, device: 0 });
    expect(machine.nvidiaSmi).toEqual(['env', `PATH=${folder}:${process.env.PATH}`, 'nvidia-smi']);
    expect(machine.gpu.name).toBe('Tesla T4 (stand-in)');
  });

  test('a container is started once before anything else is asked of it: its image may have to be pulled', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rcc-docker-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const log = join(folder, 'log');
    const beside = trtexecStandIn.slice(0, -'/trtexec'.length);
    const pull = `echo "Unable to find image 'nvcr.io/nvidia/tensorrt:24.09-py3' locally" >&2`;
    const docker = `#!/bin/sh\nshift\necho "$1 starts" >> ${log}\n${pull}\n"${beside}/$@"; code=$?\necho "$1 ends" >> ${log}\nexit $code\n`;
    await writeFile(join(folder, 'docker'), docker, { mode: 0o755 });
    const trtexec = `${join(folder, 'docker')} run trtexec`;
    const told: string[] = [];
    const onNote = ({ message }: Diagnostic) => void told.push(message);
    const { gpu } = await inspectMachine({ trtexec, env: {}, device: 0, onNote });
    expect(gpu.name).toBe('Tesla T4 (stand-in)');
    expect(told).toEqual([
      'docker pulls the image nvcr.io/nvidia/tensorrt:24.09-py3; this may take minutes.',
    ]);
    const lines = (await readFile(log, 'utf8')).split('\n');
    expect(lines.slice(0, 3)).toEqual(['trtexec starts', 'trtexec ends', 'nvidia-smi starts']);
  });

  test('the GPU of this host is none of another host', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rcc-ssh-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    // Stands in for a host that has trtexec and no nvidia-smi.
    const ssh = `#!/bin/sh\ncase $2 in trtexec) shift; exec ${trtexecStandIn} ;; esac\nexit 127\n`;
    await writeFile(join(folder, 'ssh'), ssh, { mode: 0o755 });
    await symlink(nvidiaSmiStandIn, join(folder, 'nvidia-smi'));
    const asked = { trtexec: `${join(folder, 'ssh')} host trtexec`, env: { PATH: folder } };
    const tool = await findTrtexec(asked);
    expect(await findNvidiaSmi(tool, asked.env)).toBeUndefined();
    expect((await findNvidiaSmi(undefined, asked.env))?.gpus).toHaveLength(1);
  });

  test.each([
    [{ GPU: 'none' }, trtexecStandIn, 'tensorrt-no-gpu'],
    [{}, '/no/such/trtexec', 'trtexec-not-startable'],
    [{}, 'echo trtexec', 'trtexec-no-banner'],
    [{ FAILURE: 'missing-library' }, trtexecStandIn, 'trtexec-not-startable'],
  ] as const)('%j with %s: %s', async (settings, trtexec, code) => {
    pretend(settings);
    const [diagnostic] = await diagnosticsOf(inspectMachine({ trtexec, env, device: 0 }));
    expect(diagnostic?.code).toBe(code);
  });

  test('clocks and throttle reasons, with the field’s older name too', async () => {
    pretend({ THROTTLE: '0x0000000000000044' });
    const expected = {
      smClockMHz: 1590,
      temperatureC: 45,
      powerW: undefined,
      throttleReasons: ['power cap', 'thermal slowdown (hardware)'],
    };
    expect(await readGpuState([nvidiaSmiStandIn], '0')).toMatchObject(expected);
    pretend({ DRIVER: '470.82.01' });
    expect(await readGpuState([nvidiaSmiStandIn], '0')).toMatchObject(expected);
    expect(await readGpuState(['/no/such/nvidia-smi'], '0')).toBeUndefined();
  });

  test('the GPU that CUDA_VISIBLE_DEVICES leaves', () => {
    const gpus = ['a', 'b', 'c'].map((name, index) => ({
      index,
      name,
      uuid: `GPU-${name}`,
      driver: '',
      memoryMiB: undefined,
      computeCapability: undefined,
    }));
    expect(selectGpu(gpus, 1, undefined)?.name).toBe('b');
    expect(selectGpu(gpus, 1, '0,2')?.name).toBe('c');
    expect(selectGpu(gpus, 0, 'GPU-b')?.name).toBe('b');
    expect(selectGpu(gpus, 3, undefined)).toBeUndefined();
    expect(selectGpu(gpus, 0, '')).toBeUndefined();
  });
});

describe('doctor', () => {
  const rowsOf = async (trtexec: string) =>
    (await tensorrtDoctor({ trtexec, env, device: 0 })).map(({ part, state, cure }) => [
      part,
      state,
      cure !== undefined,
    ]);

  test('all is well', async () => {
    expect(await rowsOf(trtexecStandIn)).toEqual([
      ['trtexec', 'good', false],
      ['TensorRT', 'good', false],
      ['libraries', 'good', false],
      ['GPU', 'good', false],
      ['precisions', 'good', false],
      ['driver', 'good', false],
    ]);
  });

  test.each(['8.6', '11.1'])('libraries that only a build opens, TensorRT %s', async (release) => {
    pretend({ RELEASE: release, FAILURE: 'unopened-plugins' });
    const rows = await tensorrtDoctor({ trtexec: trtexecStandIn, env, device: 0 });
    const major = release.split('.')[0];
    expect(rows.find(({ part }) => part === 'libraries')).toMatchObject({
      state: 'missing',
      found: `trtexec starts but cannot open the library libnvinfer_plugin.so.${major}.`,
      cure: expect.stringContaining('LD_LIBRARY_PATH'),
    });
  });

  test.each([
    ['driver-too-old', 'The NVIDIA driver is too old for this TensorRT'],
    ['unopened-library', 'trtexec starts but cannot open the library'],
  ])('a build that does not come to its file says nothing good: %s', async (failure, found) => {
    pretend({ RELEASE: '10.4', FAILURE: failure });
    const rows = await tensorrtDoctor({ trtexec: trtexecStandIn, env, device: 0 });
    expect(rows.find(({ part }) => part === 'libraries')).toMatchObject({
      state: 'missing',
      found: expect.stringContaining(found),
    });
  });

  test('a GPU that the release dropped', async () => {
    pretend({ RELEASE: '10.5', GPU: 'v100' });
    const rows = await tensorrtDoctor({ trtexec: trtexecStandIn, env, device: 0 });
    expect(rows.find(({ part }) => part === 'GPU')).toMatchObject({
      state: 'missing',
      cure: 'Tesla V100-SXM2-16GB (stand-in) is compute capability 7.0: TensorRT 10.4 is the last release that supports it. This is TensorRT 10.5.0; install 10.4, or take its image: --trtexec "docker run --rm --gpus all -v {dir}:{dir} nvcr.io/nvidia/tensorrt:24.09-py3 trtexec" (driver 525 or newer)',
    });
    expect(rows.find(({ part }) => part === 'precisions')?.state).toBe('doubtful');
  });

  test.each([
    ['t4', 'fp32, fp16, int8'],
    ['a100', 'fp32, tf32, fp16, int8'],
    ['l4', 'fp32, tf32, fp16, int8, fp8'],
  ])('the precisions of a %s', async (gpu, found) => {
    pretend({ GPU: gpu });
    const rows = await tensorrtDoctor({ trtexec: trtexecStandIn, env, device: 0 });
    expect(rows.find(({ part }) => part === 'precisions')).toMatchObject({ state: 'good', found });
  });

  test('an image that the driver does not run is no cure', async () => {
    pretend({ DRIVER: '550.54.15' });
    const [trtexec] = await tensorrtDoctor({ env, device: 0 });
    expect(trtexec?.cure).toContain('tensorrt:25.07-py3');
    expect(trtexec?.cure).toContain('driver 525 or newer');
  });

  test('what is missing is named with its cure', async () => {
    expect(await rowsOf('/no/such/trtexec')).toEqual([
      ['trtexec', 'good', false],
      ['TensorRT', 'missing', true],
      ['GPU', 'good', false],
    ]);
    pretend({ GPU: 'none' });
    expect((await rowsOf(trtexecStandIn)).at(-1)).toEqual(['GPU', 'missing', true]);
    pretend({ GPU: 'v100' });
    const [trtexec] = await tensorrtDoctor({ env, device: 0 });
    expect(trtexec?.cure).toContain('tensorrt:24.09-py3 (expected to hold TensorRT 10.4.0.26');
    const nothing = await tensorrtDoctor({ env: {}, device: 0 });
    expect(nothing.map(({ part, state }) => [part, state])).toEqual([
      ['trtexec', 'missing'],
      ['GPU', 'missing'],
    ]);
  });
});

describe('check-engine', () => {
  const machineOf = (release: string, gpu: string, driver = '550.54.15'): TensorrtMachine => ({
    tool: { command: ['trtexec'], source: 'PATH' },
    release: resolveRelease(release),
    fullVersion: resolveRelease(release).version,
    gpu: parseGpu(gpu),
    installed: {
      index: 0,
      name: gpu,
      uuid: '',
      driver,
      memoryMiB: 1,
      computeCapability: undefined,
    },
    cuda: '12.4',
    notes: [],
  });

  function factsFor(machine: TensorrtMachine, intent = {}) {
    const full = tensorrtIntent({ precision: 'fp16', batches: [1], ...intent });
    const { plan } = planTrtexec(full, machine, factsOf());
    if (!plan) throw new Error('no plan');
    const options = { machine, intent: full, cacheDirectory: '' };
    const written = JSON.parse(JSON.stringify(builtFactsOf(options, plan)));
    return readFacts(tensorrtFacts, written, 'manifest.json');
  }

  test('facts say how each engine was built, and nothing of the folders of this machine', () => {
    const facts = factsFor(machineOf('10.4', 'Tesla T4'), { batches: [1, 4], device: 2 });
    expect(facts).toMatchObject({
      tensorrt: '10.4.0',
      computeCapability: '7.5',
      driver: '550.54.15',
      cuda: '12.4',
      graph: 'typed-fp16',
      device: 2,
    });
    expect(facts.builds.map(({ engine }) => engine)).toEqual(['model.b1.plan', 'model.b4.plan']);
    expect(facts.builds[1]?.arguments).toEqual([
      '--onnx=model.onnx',
      '--saveEngine=model.b4.plan',
      '--stronglyTyped',
      '--shapes=input:4x3x224x224',
      '--profilingVerbosity=detailed',
      '--device=2',
      '--timingCacheFile=timing.cache',
      '--exportLayerInfo=layers.b4.json',
      '--skipInference',
    ]);
  });

  const rebuild = "rcc compile 'my specs/a.rn' --fp16";

  test('the machine that built it', () => {
    const machine = machineOf('10.4', 'Tesla T4');
    const devices = [{}, { device: 2 }].map((intent) => factsFor(machine, intent).device);
    expect(devices).toEqual([0, 2]);
    const checks = checkTensorrtEngine(factsFor(machine), machine);
    expect(checks.every(({ fits }) => fits === 'yes')).toBe(true);
    expect(mismatchesOf(checks, rebuild)).toEqual([]);
  });

  const verdict = (built: TensorrtMachine, found: TensorrtMachine, intent = {}) => {
    const checks = checkTensorrtEngine(factsFor(built, intent), found);
    return [
      mismatchesOf(checks, rebuild).length === 0,
      ...checks
        .filter((c) => c.fits !== 'yes')
        .map((c) => `${c.what}: ${c.expected}, ${c.found}: ${c.fits}`),
    ];
  };

  test('another release, another GPU, an older driver', () => {
    const built = machineOf('10.4', 'Tesla T4');
    expect(verdict(built, machineOf('10.9', 'Tesla T4'))).toEqual([
      false,
      'TensorRT: 10.4.0, 10.9.0: no',
    ]);
    expect(verdict(built, machineOf('10.4', 'Quadro RTX 6000'))).toEqual([
      true,
      'GPU: Tesla T4, Quadro RTX 6000: doubtful',
    ]);
    expect(verdict(built, machineOf('10.4', 'NVIDIA A10'))).toEqual([
      false,
      'compute capability: 7.5, 8.6: no',
      'GPU: Tesla T4, NVIDIA A10: doubtful',
    ]);
    expect(verdict(built, machineOf('10.4', 'Tesla T4', '535.1'))).toEqual([
      true,
      'driver: 550.54.15, 535.1: doubtful',
    ]);
  });

  test('what does not fit is an error that says how to rebuild', () => {
    const facts = factsFor(machineOf('10.4', 'Tesla T4'));
    const checks = checkTensorrtEngine(facts, machineOf('10.9', 'Tesla T4'));
    const diagnostics = mismatchesOf(checks, rebuild);
    expect(diagnostics.map(({ message, hint }) => [message, hint])).toEqual([
      [
        'TensorRT: built for 10.4.0, found 10.9.0.',
        "Rebuild it: rcc compile 'my specs/a.rn' --fp16",
      ],
    ]);
  });

  test('engines that were built to be compatible', () => {
    const versions = { versionCompatible: true };
    const t4 = (release: string) => machineOf(release, 'Tesla T4');
    expect(verdict(t4('10.4'), t4('11.1'), versions)[0]).toBe(true);
    expect(verdict(t4('8.6'), t4('10.4'), versions)[0]).toBe(true);
    expect(verdict(t4('8.6'), t4('11.1'), versions)[0]).toBe(false);
    expect(verdict(t4('10.9'), t4('10.4'), versions)[0]).toBe(false);
    const ampere = { hardwareCompatibility: 'ampere+' };
    const a10 = machineOf('10.4', 'NVIDIA A10');
    expect(verdict(machineOf('10.4', 'NVIDIA A100'), a10, ampere)).toEqual([true]);
    expect(verdict(machineOf('10.4', 'NVIDIA A100'), t4('10.4'), ampere)[0]).toBe(false);
  });

  test('a manifest that is none is refused', async () => {
    const [diagnostic] = await diagnosticsOf(
      (async () => readFacts(tensorrtFacts, { gpu: 1 }, 'm.json'))(),
    );
    expect(diagnostic?.code).toBe('manifest-facts-unreadable');
    expect(diagnostic?.message).toMatch(/^m\.json does not describe .*: tensorrt: /);
  });
});

describe('--target auto', () => {
  const because = async (trtexec?: string) =>
    (await findUsable(() => inspectMachine({ trtexec, env, device: 0 }))).because;

  test('says what it found or what is missing', async () => {
    expect(await because(trtexecStandIn)).toBe('TensorRT 10.4.0.26 on Tesla T4 (stand-in)');
    expect(await because()).toMatch(/^trtexec was not found/);
    pretend({ RELEASE: '10.5', GPU: 'v100' });
    expect(await because(trtexecStandIn)).toContain('TensorRT 10.4 is the last release');
    pretend({ GPU: 'none' });
    expect(await because(trtexecStandIn)).toMatch(/^TensorRT found no GPU/);
  });
});
