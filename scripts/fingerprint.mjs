/*
 * Digests of what a checkout makes, to compare two commits: graphs after each pass, plans for TensorRT and ONNX files of the 18 networks.
 *
 *     npm run build && node scripts/fingerprint.mjs . > after.json       in each of two checkouts; then diff
 *     node scripts/fingerprint.mjs . --quick                             without the ONNX files, which take minutes
 *
 * Messages on stderr count too; a digest that differs names the command line that made it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [checkout = '.', mode] = process.argv.slice(2);
const root = resolve(checkout);
const folder = mkdtempSync(join(tmpdir(), 'rcc-fingerprint-'));
const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const found = new Map();

function rcc(words) {
  const env = { ...process.env, RCC_CACHE_DIR: join(folder, 'cache'), TRTEXEC: '' };
  const options = { cwd: root, env, maxBuffer: 2 ** 30 };
  return spawnSync(process.execPath, [join(root, 'dist/rcc.js'), ...words], options);
}

function keepPrint(words) {
  const { status, stdout, stderr } = rcc(words);
  found.set(words.join(' '), `${status} ${digestOf(stdout)} ${digestOf(stderr)}`);
}

function keepModel(words) {
  const output = join(folder, 'artifact');
  const { status } = rcc([...words, '--no-verify', '--seed', '1', '--quiet', '-o', output]);
  const model = join(output, 'model.onnx');
  found.set(words.join(' '), existsSync(model) ? digestOf(readFileSync(model)) : `exit ${status}`);
  rmSync(output, { recursive: true, force: true });
}

const specs = readdirSync(join(root, 'specs'))
  .filter((name) => name.endsWith('.rn'))
  .map((name) => `specs/${name}`);
const precisions = ['--fp32', '--fp16', '--int8'];
const passes = [
  'lower',
  'foldBatchNorm',
  'fuseResidual',
  'shapeHead',
  'castFloat16',
  'quantizeInt8',
];
const dryRun = ['compile', ...specs, ...precisions, '--dry-run'];

for (const precision of precisions) {
  for (const pass of [...passes, 'expandFusedConv']) {
    keepPrint(['compile', ...specs, precision, '--print-after', pass]);
  }
}
for (const release of ['8.6', '9.1', '10.4', '10.16', '11.1']) {
  for (const gpu of ['t4', 'v100', 'a100', 'l4']) {
    keepPrint([...dryRun, '--target', 'tensorrt', '--trt', release, '--gpu', gpu]);
  }
}
keepPrint([...dryRun, '--json', '--target', 'tensorrt', '--trt', '10.4', '--gpu', 't4']);
for (const target of ['onnx', 'onnxruntime', 'auto']) keepPrint([...dryRun, '--target', target]);

if (mode !== '--quick') {
  for (const spec of specs) {
    for (const form of [
      ['--fp32'],
      ['--fp16'],
      ['--fp16', '--trt', '8.6'],
      ['--fp16', '--trt', '11.1'],
    ]) {
      keepModel(['compile', spec, '--target', 'onnx', ...form]);
    }
  }
  for (const spec of ['specs/resnet18.rn', 'specs/resnet18_vd.rn']) {
    for (const release of [[], ['--trt', '8.6'], ['--trt', '10.4'], ['--trt', '11.1']]) {
      keepModel(['compile', spec, '--target', 'onnx', '--int8', ...release]);
    }
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(Object.fromEntries(found), null, 1));
