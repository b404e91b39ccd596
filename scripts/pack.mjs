/*
 * Builds and packs: `npm run pack` writes build/rcc-VERSION.tgz, which `npm install` installs from the registry alone, without any script.
 *
 * npm runs a script of onnxruntime-node when it installs it: on Linux it downloads CUDA's libraries from another host, and without a network it fails.
 * Nothing that a package says of its dependencies keeps npm from that, and overrides count only in a checkout. So the tarball brings the packages along
 * (bundleDependencies) that have to be others than the registry's: the engine without its script and for processors only, and what we override.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stage = join(root, 'build', 'package');
const installed = (name) => join(root, 'node_modules', name);

const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function writeManifest(folder, manifest) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function copyAll(paths, from, to) {
  for (const path of paths) cpSync(join(from, path), join(to, path), { recursive: true });
}

/** What an engine for processors is; the folders also hold DirectML, and on macOS the library twice. */
const cpuFile =
  /^(?:onnxruntime_binding\.node|onnxruntime\.dll|libonnxruntime\.so\.1|libonnxruntime\.1\.dylib)$/;

/** The binding and the library of every system, as `bin/napi-v6/linux/x64/libonnxruntime.so.1`. */
function cpuFiles() {
  const folder = installed('onnxruntime-node');
  const files = readdirSync(join(folder, 'bin'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && cpuFile.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const systems = new Set(files.map((path) => dirname(path)));
  if (systems.size !== 5 || files.length !== 2 * systems.size) {
    throw new Error(`onnxruntime-node holds other files than expected: ${files.join(', ')}`);
  }
  return files;
}

/** Bundled packages: what is taken of each, and the dependencies that what is taken has. */
const bundled = {
  'onnxruntime-node': { keeps: ['dist', ...cpuFiles()], dependencies: ['onnxruntime-common'] },
  'onnxruntime-common': { keeps: ['dist'], dependencies: [] },
  'onnx-proto': { keeps: ['dist', 'LICENSE'], dependencies: ['protobufjs'] },
};

/** Microsoft's packages name their licence and do not hold it. */
const licenses = new Map([
  ['onnxruntime-node', 'onnxruntime-license.txt'],
  ['onnxruntime-common', 'onnxruntime-license.txt'],
]);

/** The version that a package's dependency has in this checkout. */
const versionHere = (name) => readManifest(installed(name)).version;

function stageDependency(name, { keeps, dependencies }) {
  const to = join(stage, 'node_modules', name);
  const { scripts, devDependencies, ...manifest } = readManifest(installed(name));
  const own = Object.fromEntries(dependencies.map((other) => [other, versionHere(other)]));
  writeManifest(to, { ...manifest, dependencies: own });
  copyAll(['README.md', ...keeps], installed(name), to);
  const license = licenses.get(name);
  if (license) cpSync(join(root, 'scripts', license), join(to, 'LICENSE'));
}

/** The package itself, without what only a checkout needs. */
function stagePackage() {
  const { private: _, scripts, devDependencies, overrides, ...manifest } = readManifest(root);
  // A checkout starts what it builds from its sources when it is wanted.
  const bin = { rcc: './dist/rcc.js' };
  writeManifest(stage, { ...manifest, bin, bundleDependencies: Object.keys(bundled) });
  copyAll(manifest.files, root, stage);
}

function pack() {
  const options = ['--json', '--pack-destination', join(root, 'build')];
  const packed = execFileSync('npm', ['pack', ...options], { cwd: stage, encoding: 'utf8' });
  return join('build', JSON.parse(packed)[0].filename);
}

execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' });
rmSync(stage, { recursive: true, force: true });
try {
  stagePackage();
  for (const [name, parts] of Object.entries(bundled)) stageDependency(name, parts);
  console.log(pack());
} finally {
  rmSync(stage, { recursive: true, force: true });
}
