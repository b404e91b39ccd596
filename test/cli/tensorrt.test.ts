import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { nvidiaSmiStandIn, pretend, trtexecStandIn } from '../engines/tensorrt/helpers.ts';
import { type CliOutcome, rccIn } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-cli-tensorrt-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

const spec = 'examples/digits/digits.rn';
/** A machine without TensorRT, and without what earlier runs have set up on this one. */
const bare = { RCC_CACHE_DIR: join(folder, 'cache') };
const env = { ...bare, TRTEXEC: trtexecStandIn, NVIDIA_SMI: nvidiaSmiStandIn };

const rcc = (...argv: readonly string[]): Promise<CliOutcome> => rccIn({ env }, ...argv);
const onTensorrt = ['--target', 'tensorrt', '--iterations', '40', '--duration', '0'];

/** What a command says, without what differs from run to run. */
function settled(text: string): string {
  return text
    .replaceAll(folder, 'DIR')
    .replaceAll(`${process.cwd()}/`, '')
    .replaceAll(`${process.platform}-${process.arch}`, 'SYSTEM')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'DIGEST')
    .replaceAll(/\d+ bytes/g, 'SIZE bytes')
    .replaceAll(/ {2,}/g, '  ');
}

function manifestOf(directory: string) {
  return JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
}

describe.each([
  ['8.6', 't4'],
  ['10.4', 't4'],
  ['10.16', 't4'],
  ['11.1', 't4'],
  ['8.6', 'v100'],
  ['10.4', 'v100'],
])('TensorRT %s on %s', (release, gpu) => {
  it('compiles, audits, verifies and times; benches', async () => {
    pretend({ RELEASE: release, GPU: gpu });
    const directory = join(folder, `${release}-${gpu}`);
    const batch = ['--batch', '2'];
    const made = await rcc('compile', spec, '--fp16', ...onTensorrt, ...batch, '-o', directory);
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.stderr).toContain('passed: 24 kernels, 6 of 6 residual blocks fused');
    expect(made.stderr).toMatch(/verify .* the engine passed against the unfolded graph/);
    // The stand-in's invented figure for batch 2: 1.25 ms of compute, 0.105 ms of copies.
    expect(made.stdout).toMatch(/^digits +fp16 +(Tesla|NVIDIA) .* 2 +1\.3[56] /m);
    expect(readdirSync(directory).sort()).toEqual([
      'labels.txt',
      'layers.json',
      'manifest.json',
      'model.onnx',
      'model.plan',
      'timing.json',
      'trtexec-build.log',
      'trtexec-run.log',
      'trtexec-time.log',
    ]);
    const { facts } = manifestOf(directory);
    expect(facts).toMatchObject({
      tensorrt: expect.stringMatching(new RegExp(`^${release}\\.`)),
      computeCapability: gpu === 't4' ? '7.5' : '7.0',
      graph: release === '8.6' ? 'fp32' : 'typed-fp16',
      driver: '550.54.15',
    });
    const file = join(folder, 'bench.json');
    const benched = await rcc('bench', spec, '--fp16', ...onTensorrt, ...batch, '-o', file);
    expect(benched.exitCode, benched.stderr).toBe(0);
    const [row] = JSON.parse(readFileSync(file, 'utf8')).rows;
    expect(row).toMatchObject({ model: 'digits', precision: 'fp16', batch: 2, stable: true });
    expect(row.device.kind).toBe('gpu');
    expect(row.parts.gpuCompute.medianMs).toBeCloseTo(1.25, 2);
  });
});

describe('TensorRT 8, which chooses types by itself', () => {
  it('is told which layers to compute in float32, and ranges are looked at', async () => {
    pretend({ RELEASE: '8.6' });
    const directory = join(folder, 'held');
    const keep = ['--keep-fp32', 'stage2/block0'];
    const short = ['--batch', '2', '--no-time', '-o', directory, '--json'];
    const made = await rcc('compile', spec, '--fp16', ...keep, ...onTensorrt, ...short);
    expect(made.exitCode, made.stderr).toBe(0);
    const [{ ranges }] = JSON.parse(made.stdout).result;
    const kept = ranges.blocks.filter(({ keptFp32 }: { keptFp32: boolean }) => keptFp32);
    expect(kept.map(({ block }: { block: string }) => block)).toEqual(['stage2/block0']);
    const { float32Nodes } = manifestOf(directory);
    expect(float32Nodes).toContain('stage2/block0/conv2/add');
    expect(float32Nodes.every((node: string) => node.startsWith('stage2/block0/'))).toBe(true);
    const held = float32Nodes.map((node: string) => `${node}:fp32`).join(',');
    const log = readFileSync(join(directory, 'trtexec-build.log'), 'utf8');
    expect(log).toContain(`--layerPrecisions=${held}`);
    expect(log).toContain(`--layerOutputTypes=${held}`);
  });
});

it('an engine without weights that cannot be refitted here is not what is verified, and the line says why', async () => {
  pretend({ RELEASE: '10.4' });
  const args = [spec, '--fp16', ...onTensorrt, '--batch', '1', '--strip-weights'];
  const made = await rcc('compile', ...args, '-o', join(folder, 'stripped'));
  expect(made.exitCode, made.stderr).toBe(0);
  expect(made.stderr).toContain(
    'model.onnx on onnxruntime (the engine has no weights until it is refitted) passed',
  );
});

it('warnings that all batches share are told once', async () => {
  pretend({ RELEASE: '10.4' });
  const args = ['bench', spec, ...onTensorrt, '--batch', '1,4', '-o', join(folder, 'shared.json')];
  const { stderr } = await rccIn({ env: { ...bare, TRTEXEC: trtexecStandIn } }, ...args);
  expect(stderr.match(/Clocks and throttling could not be read/g)).toHaveLength(1);
  expect(stderr).toContain('batch 1, 4: Clocks and throttling');
});

/** Whole networks take seconds each: one release for each command here, all releases with a small network above. */
describe('a published model from end to end', () => {
  it('rcc compile specs/resnet18_vd.rn --fp16 --target tensorrt, TensorRT 11.1 on T4', async () => {
    pretend({ RELEASE: '11.1' });
    const directory = join(folder, 'resnet18_vd');
    const args = ['specs/resnet18_vd.rn', '--fp16', '--target', 'tensorrt', '-o', directory];
    const made = await rcc('compile', ...args);
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.stderr).toContain('8 of 8 residual blocks fused');
    expect(made.stderr).toMatch(/verify .* the engine passed against the unfolded graph/);
    const rows = [...made.stdout.matchAll(/^resnet18_vd +fp16 +Tesla T4 \(stand-in\) +(\d+) /gm)];
    expect(rows.map(([, batch]) => batch)).toEqual(['1', '4', '8']);
    expect(made.stdout).toContain('Host latency of one batch: copy to the GPU, compute');
  }, 180_000);

  it('rcc bench specs/resnet18.rn --fp32 --fp16 --batch 4, TensorRT 8.6 on V100', async () => {
    pretend({ RELEASE: '8.6', GPU: 'v100' });
    const args = ['specs/resnet18.rn', '--fp32', '--fp16', '--batch', '4'];
    const benched = await rcc('bench', ...args, '-o', join(folder, 'resnet18.json'));
    expect(benched.exitCode, benched.stderr).toBe(0);
    const rows = [
      ...benched.stdout.matchAll(/^resnet18 +(fp\d+) +Tesla V100.*? {2,}(\d+) .* yes$/gm),
    ];
    expect(rows.map(([, precision, batch]) => `${precision} ${batch}`)).toEqual([
      'fp32 4',
      'fp16 4',
    ]);
  }, 180_000);
});

describe('what is refused before anything is made', () => {
  it.each([
    [
      '10.5',
      '--fp16',
      'Tesla V100-SXM2-16GB (stand-in) is compute capability 7.0: TensorRT 10.4 is the last release that supports it.',
    ],
    [
      '10.4',
      '--int8',
      'Tesla V100-SXM2-16GB (stand-in) is compute capability 7.0: it has no INT8 tensor cores, and rcc builds no INT8 engine for it.',
    ],
  ])('V100 on %s with %s', async (release, precision, sentence) => {
    pretend({ RELEASE: release, GPU: 'v100' });
    const directory = join(folder, 'refused');
    const told = await rcc('compile', spec, precision, '--target', 'tensorrt', '-o', directory);
    expect(told.exitCode).toBe(3);
    expect(told.stderr).toContain(sentence);
    expect(readdirSync(folder)).not.toContain('refused');
  });

  it('a refused precision hides none of the others', async () => {
    pretend({ RELEASE: '10.4', GPU: 'v100' });
    const measured = ['--batch', '1', '-o', join(folder, 'others.json')];
    const told = await rcc('bench', spec, '--fp16', '--int8', ...onTensorrt, ...measured);
    expect(told.exitCode).toBe(3);
    expect(told.stdout).toMatch(/^digits +fp16 +Tesla V100/m);
    expect(told.stderr).toContain('it has no INT8 tensor cores');
  });

  it('a machine without trtexec, which is told once', async () => {
    const told = await rccIn({ env: bare }, 'verify', spec, '--fp32', '--fp16', ...onTensorrt);
    expect(told.exitCode).toBe(3);
    expect(told.stderr.match(/trtexec was not found/g)).toHaveLength(1);
  });
});

describe('--target auto', () => {
  const heading = async (setting: NodeJS.ProcessEnv) => {
    const args = ['compile', spec, '--fp16', '--dry-run'];
    return (await rccIn({ env: setting }, ...args)).stdout.split('\n', 1)[0];
  };

  it('takes TensorRT where it is, and says so', async () => {
    pretend({ RELEASE: '10.4' });
    expect(await heading(env)).toBe(
      '# digits fp16 for TensorRT 10.4.0 on Tesla T4 (stand-in) (compute capability 7.5), from a typed FP16 graph',
    );
  });

  it('takes the embedded engine where it is not, and says why', async () => {
    expect(await heading(bare)).toBe(
      '# digits fp16 for onnxruntime on this processor: trtexec was not found (looked in PATH, TENSORRT_HOME/bin and TRTEXEC)',
    );
    pretend({ RELEASE: '10.5', GPU: 'v100' });
    expect(await heading(env)).toContain(
      'onnxruntime on this processor: Tesla V100-SXM2-16GB (stand-in) is compute capability 7.0: TensorRT 10.4 is the last release',
    );
  });
});

describe('rcc compile --dry-run', () => {
  const model = 'specs/resnet50_vd.rn';
  const plan = (...argv: readonly string[]) =>
    rccIn({ env: bare }, 'compile', ...argv, '--dry-run');

  it('prints the commands for any release and GPU, as a script', async () => {
    const cases: readonly (readonly string[])[] = [
      ['--fp16', '--trt', '8.6', '--gpu', 't4', '--batch', '1'],
      ['--fp32', '--fp16', '--trt', '10.4', '--gpu', 'v100', '--batch', '4', '--no-time'],
      ['--fp16', '--trt', '11.1', '--gpu', 't4', '--profile', '1:4:8'],
      ['--int8', '--trt', '10.16', '--gpu', 'a100', '--batch', '8', '-o', 'my folder'],
      [
        '--trt',
        '10.4',
        '--gpu',
        '8.6',
        '--batch',
        '1',
        '--no-time',
        '--trtexec',
        'ssh gpu trtexec',
      ],
      ['--target', 'onnxruntime'],
      ['--target', 'onnx', '--fp16'],
    ];
    const texts: string[] = [];
    for (const args of cases) {
      const { stdout, stderr, exitCode } = await plan(model, ...args);
      expect([exitCode, stderr]).toEqual([0, '']);
      execFileSync('sh', ['-n'], { input: stdout });
      texts.push(`$ rcc compile ${model} ${args.join(' ')} --dry-run\n${settled(stdout)}`);
    }
    await expect(texts.join('\n')).toMatchFileSnapshot('golden/dry-run.txt');
  });

  it('gives each command as an array of arguments with --json', async () => {
    const args = ['--fp16', '--trt', '8.6', '--gpu', 't4', '--batch', '1', '--json'];
    const { stdout, stderr } = await plan(model, ...args);
    expect(stderr).toBe('');
    await expect(settled(stdout)).toMatchFileSnapshot('golden/dry-run.json');
  });

  it('refuses as a build would, and shows what is not refused', async () => {
    const refused = await plan(model, '--fp16', '--trt', '10.5', '--gpu', 'v100');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(
      'V100 is compute capability 7.0: TensorRT 10.4 is the last release that supports it.',
    );
    const half = await plan(model, '--fp16', '--int8', '--trt', '10.4', '--gpu', 'v100');
    expect(half.exitCode).toBe(3);
    expect(half.stdout).toContain('# resnet50_vd fp16 for TensorRT 10.4.0');
    const flag = await plan(model, '--trt', '8.5', '--gpu', 't4', '--optimization-level', '5');
    expect(flag.stderr).toContain('which TensorRT 8.5.3 does not take');
  });

  it('needs a machine for what is not given, and itself for a release', async () => {
    expect((await plan(model, '--trt', '10.4')).stderr).toContain('trtexec was not found');
    const build = await rccIn({ env: bare }, 'compile', model, '--trt', '10.4');
    expect([build.exitCode, build.stderr]).toEqual([
      2,
      expect.stringContaining('option-needs-dry-run'),
    ]);
    const written = ['--dry-run', '--target', 'onnx', '--trt', '10.4', '--gpu', 't4'];
    const told = await rccIn({ env: bare }, 'compile', model, ...written);
    expect(told.stderr).toContain(
      '--gpu changes nothing for target onnx: it is meant for tensorrt',
    );
  });

  it('tells the key that the manifest will have', async () => {
    pretend({ RELEASE: '10.4' });
    const directory = join(folder, 'key');
    const args = [spec, '--fp16', '--batch', '1', '-o', directory];
    const planned = JSON.parse(
      (await plan(...args, '--trt', '10.4', '--gpu', '7.5', '--json')).stdout,
    );
    // The name of the GPU is part of the key.
    const here = JSON.parse((await rcc('compile', ...args, '--dry-run', '--json')).stdout);
    await rcc('compile', ...args, ...onTensorrt, '--no-verify', '--no-time');
    const { cacheKey } = manifestOf(directory).facts;
    expect(here.result[0].cacheKey).toBe(cacheKey);
    expect(planned.result[0].cacheKey).not.toBe(cacheKey);
    const missing = await plan(spec, '--weights', 'no.pth', '--trt', '10.4', '--gpu', 't4');
    expect(missing.stdout).toContain('# note: The cache key is not known yet.');
  });
});

describe('an artifact', () => {
  const directory = join(folder, 'artifact');
  const compile = (...more: readonly string[]) =>
    rcc(
      'compile',
      spec,
      '--fp16',
      ...onTensorrt,
      '--no-time',
      '--no-verify',
      '-o',
      directory,
      ...more,
    );

  it('is checked: expected, found and the command that rebuilds it', async () => {
    pretend({ RELEASE: '10.4' });
    await compile('--workspace', '512', '--trtexec-build-arg=--avgTiming=2');
    const fits = await rcc('check-engine', directory);
    expect(fits.exitCode, fits.stderr).toBe(0);
    const rebuild = /^rebuild: rcc (.*)$/m.exec(fits.stdout)?.[1] ?? '';
    const manifest = readFileSync(join(directory, 'manifest.json'), 'utf8');
    expect((await rcc(...rebuild.split(' '))).exitCode).toBe(0);
    expect(readFileSync(join(directory, 'manifest.json'), 'utf8')).toBe(manifest);

    pretend({ RELEASE: '10.9' });
    const foreign = await rcc('check-engine', directory);
    expect(foreign.exitCode).toBe(1);
    await expect(settled(foreign.stdout + foreign.stderr)).toMatchFileSnapshot(
      'golden/check-engine.txt',
    );
    const nowhere = await rccIn({ env: bare }, 'check-engine', directory, '--json');
    expect(nowhere.exitCode).toBe(3);
    expect(JSON.parse(nowhere.stdout).result[0]).toMatchObject({ fits: false, target: 'tensorrt' });
  });

  it('is whole: nothing of an earlier one stays beside it', async () => {
    pretend({ RELEASE: '10.4' });
    await compile();
    expect(readdirSync(directory)).toContain('model.b8.plan');
    truncateSync(join(directory, 'model.b4.plan'), 100);
    const cut = await rcc('check-engine', directory);
    expect(cut.stderr).toMatch(
      /model\.b4\.plan: built for \d{4,} bytes, [0-9a-f]{12}, found 100 bytes, [0-9a-f]{12}\./,
    );
    await compile('--batch', '3');
    const left = readdirSync(directory).filter((name) => /plan|layers/.test(name));
    expect(left.sort()).toEqual(['layers.json', 'model.plan']);
    rmSync(join(directory, 'model.plan'));
    const check = await rcc('check-engine', directory);
    expect(check.stderr).toMatch(/model\.plan: built for \d+ bytes, [0-9a-f]{12}, found not there/);
  });

  it('of another target leaves nothing of its engines, lists and logs', async () => {
    pretend({ RELEASE: '10.4' });
    const mixed = join(folder, 'mixed');
    const options = ['-o', mixed, '--no-verify'];
    await rcc('compile', spec, '--fp16', ...onTensorrt, ...options, '--profile-layers');
    const made = readdirSync(mixed);
    expect(made).toEqual(
      expect.arrayContaining(['layer-times.b4.json', 'trtexec-profile.b8.log', 'timing.json']),
    );
    writeFileSync(join(mixed, 'notes.txt'), 'mine');
    await rcc('compile', spec, '--target', 'onnx', ...options);
    const left = ['labels.txt', 'layers.json', 'manifest.json', 'model.onnx', 'notes.txt'];
    expect(readdirSync(mixed).sort()).toEqual(left);
  });

  it('that cannot be built leaves the earlier one, and names a log that is there', async () => {
    pretend({ RELEASE: '10.4' });
    const kept = join(folder, 'kept');
    await rcc('compile', spec, ...onTensorrt, '--no-verify', '--no-time', '-o', kept);
    const contents = () =>
      readdirSync(kept).map((name) => [name, readFileSync(join(kept, name)).toString('base64')]);
    const before = contents();
    pretend({ RELEASE: '10.4', FAILURE: 'unheard' });
    const { exitCode, stderr } = await rcc('compile', spec, '--fp16', ...onTensorrt, '-o', kept);
    expect(exitCode).toBe(4);
    const log = /The whole output is in (\S+\.log)/.exec(stderr)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toContain('The flux capacitor is not charged.');
    expect(contents()).toEqual(before);
    rmSync(join(log, '..'), { recursive: true });
  });

  it('of the embedded engine is checked too', async () => {
    const own = join(folder, 'embedded');
    await rccIn({ env: bare }, 'compile', spec, '--target', 'onnxruntime', '--no-time', '-o', own);
    const check = () => rccIn({ env: bare }, 'check-engine', own);
    expect((await check()).exitCode).toBe(0);
    const path = join(own, 'manifest.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/("runtime": "onnxruntime )[\d.]+/, '$10.9.0'));
    const foreign = await check();
    expect(foreign.exitCode).toBe(1);
    expect(foreign.stderr).toMatch(/runtime: built for onnxruntime 0\.9\.0, found onnxruntime/);
    expect(foreign.stderr).toContain('Rebuild it: rcc compile examples/digits/digits.rn --fp32');
    writeFileSync(path, '{');
    expect((await check()).stderr).toContain('is not a manifest');
  });

  it('without an engine says so', async () => {
    const model = join(folder, 'model-only');
    await rccIn({ env: bare }, 'compile', spec, '--target', 'onnx', '-o', model);
    const told = await rccIn({ env: bare }, 'check-engine', model);
    expect([told.exitCode, told.stderr]).toEqual([2, expect.stringContaining('holds no engine')]);
  });
});

it('an engine whose layers nobody can judge is verified and timed all the same', async () => {
  const directory = join(folder, 'unjudged');
  const args = [spec, '--fp16', ...onTensorrt, '--batch', '1', '-o', directory];
  pretend({ RELEASE: '10.4' });
  await rcc('compile', ...args, '--no-verify', '--no-time');
  expect(readdirSync(directory)).toContain('layers.json');
  pretend({ LAYERS: 'missing' });
  const made = await rcc('compile', ...args);
  expect(made.exitCode, made.stderr).toBe(0);
  expect(made.stderr).toContain('[audit-impossible]');
  expect(made.stderr).toMatch(/verify .* the engine passed/);
  expect(made.stdout).toMatch(/^digits +fp16 +Tesla T4/m);
  expect(readdirSync(directory)).not.toContain('layers.json');
});

describe('an engine that is not what was asked for', () => {
  it.each([
    ['unfused', '10.4', 'audit-residual-unfused'],
    ['unfused', '8.6', 'audit-residual-unfused'],
    ['float', '10.4', 'audit-precision-missed'],
    // A weak builder was given an FP32 graph: only the layers tell.
    ['float', '8.6', 'audit-precision-missed'],
  ])('%s on %s makes compile, bench and audit end with 1', async (LAYERS, RELEASE, code) => {
    pretend({ LAYERS, RELEASE });
    const directory = join(folder, `${LAYERS}-${RELEASE}`);
    const args = [spec, '--fp16', ...onTensorrt, '--batch', '1'];
    const made = await rcc('compile', ...args, '--no-verify', '--no-time', '-o', directory);
    expect(made.exitCode).toBe(1);
    expect(made.stderr).toContain(`[${code}]`);
    const audit = await rcc('audit', directory, '--json');
    expect(audit.exitCode).toBe(1);
    const { result, diagnostics } = JSON.parse(audit.stdout);
    expect(diagnostics.map((found: { code: string }) => found.code)).toContain(code);
    expect(result[0].audit.verdict).toBe('fail');
    const benched = await rcc('bench', ...args, '-o', join(folder, 'bench.json'));
    expect([benched.exitCode, benched.stderr]).toEqual([1, expect.stringContaining(code)]);
  });

  it('TF32 in FP32 is an error where FP32 was promised, and none with --tf32', async () => {
    pretend({ LAYERS: 'tf32', RELEASE: '10.4', GPU: 'a100' });
    const compile = async (name: string, ...options: readonly string[]) => {
      const directory = join(folder, name);
      const args = [spec, '--fp32', ...onTensorrt, '--batch', '1', '--no-verify', '--no-time'];
      const made = await rcc('compile', ...args, ...options, '-o', directory);
      return { made, audit: await rcc('audit', directory) };
    };
    const promised = await compile('no-tf32');
    expect(promised.made.exitCode).toBe(1);
    expect(promised.made.stderr).toContain('[audit-tf32-unwanted]');
    expect(promised.audit.exitCode).toBe(1);
    const asked = await compile('with-tf32', '--tf32');
    expect([asked.made.exitCode, asked.audit.exitCode]).toEqual([0, 0]);
  });

  it('rcc audit takes times of layers from a file of any name', async () => {
    pretend({ RELEASE: '10.4' });
    const directory = join(folder, 'profiled');
    const args = [spec, '--fp16', ...onTensorrt, '--batches', '1,2', '--no-verify', '--no-time'];
    await rcc('compile', ...args, '-o', directory);
    const layers = join(directory, 'layers.b1.json');
    const names: string[] = JSON.parse(readFileSync(layers, 'utf8')).Layers.map(
      ({ Name }: { Name: string }) => Name,
    );
    const times = join(folder, 'my times.txt');
    const rows = names.map((name) => ({ name, timeMs: 1, averageMs: 0.5, percentage: 1 }));
    writeFileSync(times, JSON.stringify([{ count: 2 }, ...rows]));
    const audit = await rcc('audit', layers, '--profile', times, '--json');
    expect(JSON.parse(audit.stdout).result[0].audit.totalMs).toBeCloseTo(0.5 * names.length);
    expect((await rcc('audit', directory, '--profile', times)).stderr).toContain(
      '[audit-profile-ambiguous]',
    );
    expect((await rcc('audit', layers, layers, '--profile', times)).stderr).toContain(
      '[audit-profile-ambiguous]',
    );
    const none = await rcc('audit', layers, '--profile', join(folder, 'no such file'));
    expect(none.stderr).toContain('no such file');
    expect(none.exitCode).toBe(2);
  });

  it('is told by rcc audit with its node and line; several batches once', async () => {
    pretend({ LAYERS: 'unfused', RELEASE: '11.1' });
    const directory = join(folder, 'audited');
    await rcc('compile', spec, ...onTensorrt, '--no-verify', '--no-time', '-o', directory);
    const { stdout } = await rcc('audit', directory);
    await expect(settled(stdout)).toMatchFileSnapshot('golden/audit.txt');
    const file = await rcc('audit', join(directory, 'layers.b1.json'), '--fp16');
    expect(file.stderr).toContain('audit-precision-missed');
    rmSync(join(directory, 'manifest.json'));
    const unknown = await rcc('audit', directory, join(folder, 'none'));
    expect(unknown.stderr).toContain('audit-precision-unknown');
    expect(unknown.stderr).toContain('There is no layer list');
  });
});

describe('rcc verify', () => {
  it('runs the reference through the engine of every batch', async () => {
    pretend({ RELEASE: '11.1', COMMANDS: join(folder, 'commands') });
    const args = [spec, '--fp16', ...onTensorrt, '--batch', '4,8'];
    const { exitCode, stdout } = await rcc('verify', ...args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('digits fp16: passed against the reference');
    const commands = readFileSync(join(folder, 'commands'), 'utf8').trim().split('\n');
    const runs = commands.filter((line) => line.includes('--exportOutput'));
    // Eight pictures: four at a time, all at once.
    expect(runs).toHaveLength(2 + 1);
  });

  it('that fails names a log that is there', async () => {
    pretend({ RELEASE: '10.4', FAILURE: 'unheard' });
    const { exitCode, stderr } = await rcc('verify', spec, ...onTensorrt, '--batch', '1');
    expect(exitCode).toBe(4);
    const log = /The whole output is in (\S+\.log)/.exec(stderr)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toContain('The flux capacitor is not charged.');
    const left = join(log, '..');
    expect(readdirSync(left)).toEqual(['trtexec-build.log']);
    rmSync(left, { recursive: true });
  });
});

describe('rcc bench', () => {
  const bench = (...more: readonly string[]) =>
    rcc('bench', spec, ...onTensorrt, '--quiet', '-o', join(folder, 'bench.json'), ...more);

  it('tells a GPU’s parts and what each figure holds', async () => {
    pretend({ RELEASE: '10.4' });
    const text = await bench('--fp32', '--fp16', '--batch', '1,4,8');
    await expect(settled(text.stdout)).toMatchFileSnapshot('golden/bench.txt');
    const file = JSON.parse(readFileSync(join(folder, 'bench.json'), 'utf8'));
    expect(file.audits).toHaveLength(6);
  });

  it('writes other forms of the figures to stdout', async () => {
    pretend({ RELEASE: '10.4' });
    const { stdout } = await bench('--batch', '1', '--format', 'json');
    expect(JSON.parse(stdout).rows).toMatchObject([{ model: 'digits', batch: 1 }]);
  });
});

describe('rcc doctor', () => {
  it('ends with 3 where the target that is asked for cannot be used', async () => {
    const any = await rccIn({ env: bare }, 'doctor', '--json');
    expect(any.exitCode).toBe(0);
    const groups = JSON.parse(any.stdout).result;
    expect(
      groups.map(({ name, usable }: { name: string; usable: boolean }) => [name, usable]),
    ).toEqual([
      ['rcc', true],
      ['onnxruntime', true],
      ['tensorrt', false],
      ['openvino', false],
      ['tensorrt-rtx', false],
    ]);
    const asked = await rccIn({ env: bare }, 'doctor', '--target', 'tensorrt');
    expect([asked.exitCode, asked.stderr]).toEqual([
      3,
      expect.stringContaining('Target tensorrt cannot be used here: trtexec and GPU are missing.'),
    ]);
    expect(asked.stdout).toMatch(/missing {3}trtexec {2}not found\n +needed: .*\n +cure: Install/);
  });

  it('tells what was found', async () => {
    pretend({ RELEASE: '10.4' });
    const { exitCode, stdout } = await rcc('doctor', '--target', 'tensorrt');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/good {6}TensorRT {4}10\.4\.0\.26\n/);
    expect(stdout).toMatch(/good {6}driver {6}driver 550\.54\.15, CUDA up to 12\.4, 15109 MiB/);
  });
});
