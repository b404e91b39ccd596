import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { nvidiaSmiStandIn, pretend, trtexecStandIn } from '../engines/tensorrt/helpers.ts';
import { rccIn } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-rebuild-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

const env = {
  RCC_CACHE_DIR: join(folder, 'cache'),
  TRTEXEC: trtexecStandIn,
  NVIDIA_SMI: nvidiaSmiStandIn,
};
const rcc = (...argv: readonly string[]) => rccIn({ env }, ...argv);

const digits = 'examples/digits';

/** Spec, reference, labels and weights in a folder of their own, as a project has them. */
function project(name: string): string {
  const root = join(folder, name);
  for (const inside of ['nets', 'w']) mkdirSync(join(root, inside), { recursive: true });
  for (const file of readdirSync(digits)) {
    if (/^digits\.rn$|^labels\.txt$|^reference\./.test(file))
      copyFileSync(join(digits, file), join(root, 'nets', file));
  }
  const spec = join(root, 'nets/digits.rn');
  const text = readFileSync(spec, 'utf8').replace(
    '"digits.safetensors"',
    '"../w/digits.safetensors"',
  );
  writeFileSync(spec, text);
  copyFileSync(join(digits, 'digits.safetensors'), join(root, 'w/digits.safetensors'));
  return root;
}

function read(directory: string) {
  return JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
}

function edit(directory: string, change: (manifest: ReturnType<typeof read>) => void): void {
  const manifest = read(directory);
  change(manifest);
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
}

/** Every file of a folder with its bytes. */
function bytesOf(directory: string): Readonly<Record<string, string>> {
  const names = readdirSync(directory).toSorted();
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name)).toString('base64')]),
  );
}

/** Compiles the project as somebody does who stands in it: its command names paths relative to it. */
async function compileIn(root: string, ...given: readonly string[]): Promise<string> {
  const directory = join(root, 'build/digits/made');
  const words = ['--no-time', ...given];
  const made = await rcc('compile', join(root, 'nets/digits.rn'), ...words, '-o', directory);
  expect(made.exitCode, made.stderr).toBe(0);
  edit(directory, (manifest) => {
    manifest.command = manifest.command.map((word: string) => word.replace(`${root}/`, ''));
  });
  return directory;
}

async function expectRefusal(code: string, directory: string, ...given: readonly string[]) {
  const before = bytesOf(directory);
  const said = await rcc('rebuild', directory, '--json', ...given);
  const { ok, diagnostics } = JSON.parse(said.stdout);
  expect(ok).toBe(false);
  expect(diagnostics.map((each: { code: string }) => each.code)).toContain(code);
  expect(bytesOf(directory)).toEqual(before);
  return diagnostics.find((each: { code: string }) => each.code === code);
}

describe('an artifact that is rebuilt', () => {
  it('is the same byte by byte where nothing changed, from any folder', async () => {
    const root = project('same');
    const directory = await compileIn(root, '--fp16', '--target', 'onnxruntime');
    expect(read(directory).command).toEqual([
      'compile',
      'nets/digits.rn',
      '--fp16',
      '--target',
      'onnxruntime',
      '--no-time',
    ]);
    const before = read(directory);
    const model = readFileSync(join(directory, 'model.onnx'));
    const again = await rcc('rebuild', directory);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/verify .* passed against the unfolded graph/);
    expect(again.stdout).toMatch(/rebuilt and verified; the graph is as before \([0-9a-f]{12}\)/);
    expect(readFileSync(join(directory, 'model.onnx')).equals(model)).toBe(true);
    expect({ ...read(directory), engines: [], facts: {} }).toEqual({
      ...before,
      engines: [],
      facts: {},
    });
  });

  it('is made for another release beside the old, with what changed', async () => {
    const root = project('release');
    const directory = await compileIn(root, '--fp16', '--target', 'onnx', '--trt', '8.6');
    const before = bytesOf(directory);
    const beside = join(root, 'ten');
    const made = await rcc(
      'rebuild',
      join(directory, 'manifest.json'),
      '--trt',
      '10.4',
      '-o',
      beside,
    );
    expect(made.exitCode, made.stderr).toBe(0);
    expect(bytesOf(directory)).toEqual(before);
    expect(made.stdout).toMatch(
      /form\.precision +fp32 +fp16\nform\.release +TensorRT 8\.6\.1 +TensorRT 10\.4\.0/,
    );
    expect(made.stdout).toContain('the graph is another one');
    expect(read(beside).command.slice(-2)).toEqual(['--trt', '10.4']);

    const same = await rcc('rebuild', beside, '--trt', '11.1');
    expect(same.stdout).toContain('the graph is as before');
    expect(same.stdout).toMatch(/form\.release +TensorRT 10\.4\.0 +TensorRT 11\.1\.0/);
    expect(read(beside).command.filter((word: string) => word === '--trt')).toHaveLength(1);
  });

  it('is judged though its command left that out', async () => {
    const root = project('judged');
    const directory = await compileIn(root, '--target', 'onnx', '--no-verify');
    const again = await rcc('rebuild', directory);
    expect(again.stderr).toMatch(/verify .* passed/);
    expect(read(directory).command).not.toContain('--no-verify');
  });

  it('is TensorRT’s of this machine, with its engines and facts', async () => {
    pretend({ RELEASE: '8.6', GPU: 't4' });
    const root = project('tensorrt');
    const directory = await compileIn(root, '--fp16', '--target', 'tensorrt', '--batches', '2');
    const graph = read(directory).onnx.digest;
    pretend({ RELEASE: '10.4', GPU: 't4' });
    const made = await rcc('rebuild', directory);
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.stdout).toMatch(/facts\.tensorrt +8\.6\.\S+ +10\.4\.\S+/);
    expect(made.stdout).toMatch(/facts\.builds\.0\.arguments +--fp16 /);
    expect(made.stdout).toMatch(/model\.plan +\d+ bytes, \S+, batch 2 to 2/);
    expect(read(directory).facts.tensorrt).toMatch(/^10\.4/);
    expect(read(directory).onnx.digest !== graph).toBe(made.stdout.includes('another one'));
  });

  it('is planned by --dry-run, for a release and a GPU that are not here', async () => {
    pretend({ RELEASE: '8.6', GPU: 't4' });
    const root = project('planned');
    const directory = await compileIn(root, '--fp16', '--target', 'tensorrt', '--batches', '2');
    const before = bytesOf(directory);
    const planned = await rcc('rebuild', directory, '--dry-run', '--trt', '10.4', '--gpu', 'l4');
    const told = await rcc(
      ...['compile', join(root, 'nets/digits.rn'), '--fp16', '--target', 'tensorrt', '--no-time'],
      ...['--batches', '2', '--dry-run', '--trt', '10.4', '--gpu', 'l4', '-o', directory],
    );
    expect(planned.exitCode, planned.stderr).toBe(0);
    expect(planned.stdout).toContain('--saveEngine');
    expect(planned.stdout).toBe(told.stdout);
    expect(bytesOf(directory)).toEqual(before);
  });

  it('takes weights and spec that are named anew, and names them so', async () => {
    const root = project('moved');
    const directory = await compileIn(root, '--target', 'onnx');
    renameSync(join(root, 'nets'), join(root, 'elsewhere'));
    await expectRefusal('rebuild-source-missing', directory);
    const again = await rcc('rebuild', directory, '--spec', join(root, 'elsewhere/digits.rn'));
    expect(again.exitCode, again.stderr).toBe(0);
    expect(read(directory).command[1]).toBe(join(root, 'elsewhere/digits.rn'));
    renameSync(join(root, 'w/digits.safetensors'), join(root, 'kept.safetensors'));
    const missing = await expectRefusal('rebuild-source-missing', directory);
    expect(missing.hint).toContain('--weights');
    const weights = ['--weights', join(root, 'kept.safetensors')];
    expect(await rcc('rebuild', directory, ...weights)).toMatchObject({ exitCode: 0 });
  });
});

describe('an artifact that cannot be made again is as it was', () => {
  it('where the spec means something else', async () => {
    const root = project('spec');
    const directory = await compileIn(root, '--target', 'onnx');
    const path = join(root, 'nets/digits.rn');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, `# A comment means nothing.\n${text}`);
    expect(await rcc('rebuild', directory)).toMatchObject({ exitCode: 0 });
    writeFileSync(path, text.replace('antialias yes', ''));
    const { message } = await expectRefusal('rebuild-source-changed', directory);
    expect(message).toContain('spec');
    writeFileSync(path, text.replace('model digits', 'model numbers'));
    expect(await expectRefusal('rebuild-source-changed', directory)).toMatchObject({
      message: expect.stringContaining('found models numbers'),
    });
  });

  it('where the weights changed', async () => {
    const root = project('weights');
    const directory = await compileIn(root, '--target', 'onnx');
    const path = join(root, 'w/digits.safetensors');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, bytes.length - 4));
    const { message } = await expectRefusal('rebuild-source-changed', directory);
    expect(message).toContain('weights file');
  });

  it('where it fails its check', async () => {
    const root = project('check');
    const directory = await compileIn(root, '--target', 'onnxruntime');
    const logits = join(root, 'nets/reference.logits.npy');
    const bytes = readFileSync(logits);
    // Numbers of other pictures: the header stays.
    writeFileSync(logits, Buffer.concat([bytes.subarray(0, 128), bytes.subarray(128).reverse()]));
    const { hint } = await expectRefusal('artifact-withheld', directory);
    expect(hint).toBeUndefined();
  });

  it('where nothing says what made it, and where a guess makes another graph', async () => {
    const root = project('library');
    const directory = await compileIn(root, '--fp16', '--target', 'onnx', '--keep-fp32', 'stem');
    const spec = ['--spec', join(root, 'nets/digits.rn')];
    edit(directory, (manifest) => {
      delete manifest.command;
    });
    await expectRefusal('rebuild-command-missing', directory);
    // The manifest names these nodes, which explains the difference; without them nothing does.
    edit(directory, (manifest) => {
      delete manifest.float32Nodes;
    });
    await expectRefusal('rebuild-graph-differs', directory, ...spec);
  });

  it('is made again from the manifest alone where that tells enough', async () => {
    const root = project('told');
    const directory = await compileIn(root, '--fp16', '--target', 'onnx', '--batch', '2');
    const { digest } = read(directory).onnx;
    edit(directory, (manifest) => {
      delete manifest.command;
    });
    const again = await rcc('rebuild', directory, '--spec', join(root, 'nets/digits.rn'));
    expect(again.exitCode, again.stderr).toBe(0);
    expect(read(directory).onnx.digest).toBe(digest);
    expect(read(directory).command).toContain('--batch');
  });

  it.each([
    ['it is no `rcc compile`', ['verify', 'nets/digits.rn']],
    ['it is not of one spec', ['compile', 'nets/digits.rn', 'other.rn']],
    ['precision', ['compile', 'nets/digits.rn', '--int8']],
    ['unknown option', ['compile', 'nets/digits.rn', '--turbo']],
    ['missing required argument', ['compile']],
  ])('where its command cannot be read: %s', async (reason, command) => {
    const root = project(`command-${reason.length}`);
    const directory = await compileIn(root, '--target', 'onnx');
    edit(directory, (manifest) => {
      manifest.command = command;
    });
    const { message } = await expectRefusal('rebuild-command-unreadable', directory);
    expect(message).toContain(reason);
  });

  it('where the spec came from standard input', async () => {
    const root = project('stdin');
    const directory = await compileIn(root, '--target', 'onnx');
    edit(directory, (manifest) => {
      manifest.command[1] = '-';
    });
    await expectRefusal('rebuild-source-missing', directory);
  });

  it('where a manifest stands alone and no folder is named', async () => {
    const root = project('alone');
    const directory = await compileIn(root, '--target', 'onnx');
    const kept = join(root, 'kept.json');
    copyFileSync(join(directory, 'manifest.json'), kept);
    const said = await rcc('rebuild', kept);
    expect(said.stderr).toContain('[rebuild-needs-output]');
    expect(await rcc('rebuild', kept, '-o', join(root, 'new'))).toMatchObject({ exitCode: 0 });
  });
});

describe('a calibrated artifact', () => {
  it('keeps its ranges where the data is gone, and refuses other data', async () => {
    const root = project('calibrated');
    const data = join(root, 'w/data.npy');
    cpSync(join(digits, 'reference.input.npy'), data);
    const directory = await compileIn(
      root,
      '--int8',
      '--target',
      'onnxruntime',
      '--calibrate',
      data,
    );
    const { calibration, onnx } = read(directory);
    const beside = join(root, 'beside');
    const again = await rcc('rebuild', directory, '-o', beside);
    expect(again.stderr).toMatch(/calibrate .*, as before/);
    expect(read(beside)).toMatchObject({ onnx: { digest: onnx.digest }, calibration });

    const bytes = readFileSync(data);
    // The same numbers, each pixel one further.
    const [header, first, rest] = [
      bytes.subarray(0, 128),
      bytes.subarray(128, 132),
      bytes.subarray(132),
    ];
    writeFileSync(data, Buffer.concat([header, rest, first]));
    await expectRefusal('rebuild-calibration-changed', directory);
    rmSync(data);
    const kept = await rcc('rebuild', directory);
    expect(kept.exitCode, kept.stderr).toBe(0);
    expect(kept.stderr).toContain('[rebuild-calibration-kept]');
    expect(read(directory)).toMatchObject({ onnx: { digest: onnx.digest }, calibration });
    expect(read(directory).command).toContain('w/data.npy');
  });
});
