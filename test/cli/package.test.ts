import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { list } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/version.ts';
import { knownVersion } from '../engines/tensorrt-rtx/fake-python.ts';
import { createDeclarations, hiddenTypes } from '../helpers/declarations.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 120_000);

const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();

/** A newcomer's machine: nothing that npm says to this project, an empty home and an empty cache, and the registry. */
function newcomer(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$/i.test(name));
  const config = join(folder, 'empty.npmrc');
  writeFileSync(config, '');
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  return {
    ...Object.fromEntries(own),
    HOME: home,
    NO_COLOR: '1',
    npm_config_registry: registry,
    npm_config_userconfig: config,
    npm_config_cache: join(folder, 'cache'),
    npm_config_update_notifier: 'false',
  };
}

const environment = newcomer();

function sh(cwd: string, command: string, ...parameters: readonly string[]): string {
  return execFileSync(command, parameters, {
    cwd,
    env: environment,
    encoding: 'utf8',
    stdio: 'pipe',
    timeout: 270_000,
  });
}

const succeeds = (command: string, ...parameters: readonly string[]): boolean =>
  spawnSync(command, parameters, { cwd: folder, env: environment }).status === 0;

const view = ['view', 'onnx-proto', 'version', '--fetch-retries=0', '--fetch-timeout=20000'];
const hasRegistry = succeeds('npm', ...view);
/** The start of a command line without a network, where the system lets us make one. */
const isolated = succeeds('unshare', '-rn', 'true') ? ['unshare', '-rn'] : [];

/** Writes the program in README.md, which is JavaScript and TypeScript alike, as both; gives the arguments that run it. */
function exampleIn(app: string): readonly string[] {
  const [, code = ''] = /```ts\n(import .*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? [];
  for (const name of ['example.mjs', 'example.mts']) writeFileSync(join(app, name), code);
  return ['example.mjs'];
}

const tsc = resolve('node_modules/typescript/bin/tsc');

const strict = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
};

/** Compiler options of projects that have the browser's types, as TypeScript gives them by itself, and of one that has Node's. */
const projects = [
  { types: [] },
  { types: [], module: 'esnext', moduleResolution: 'bundler' },
  { lib: ['es2023'], types: ['node'], typeRoots: [resolve('node_modules/@types')] },
];

/** Names of the package's entries, and their declarations. */
function entriesOf(installed: string): readonly string[] {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  return Object.values<{ types: string }>(exports).map(({ types }) => join(installed, types));
}

/** Lets the compiler judge every type of options: what may be left out may be undefined. */
function optionsProgram(installed: string): string {
  const { read, textOf } = createDeclarations();
  const names = (file: string) =>
    [...read(file).exported].filter(
      (name) =>
        /(?:Options|Request|Listener|Settings|Choice)$/.test(name) &&
        !textOf({ file, name }).includes(`${name}<`),
    );
  const [main = '', codegen = '', report = ''] = entriesOf(installed);
  return [
    "import type * as main from 'rcc';",
    "import type * as codegen from 'rcc/codegen';",
    "import type * as report from 'rcc/report';",
    'type Refusing<T> = {',
    '  [K in keyof T]-?: {} extends Pick<T, K> ? ({ [P in K]: undefined } extends Pick<T, K> ? never : K) : never;',
    '}[keyof T];',
    'declare function accepts<T>(...refusing: [Refusing<T>] extends [never] ? [] : [Refusing<T>]): void;',
    ...names(main).map((name) => `accepts<main.${name}>();`),
    ...names(codegen).map((name) => `accepts<codegen.${name}>();`),
    ...names(report).map((name) => `accepts<report.${name}>();`),
  ].join('\n');
}

let tarball = '';
const entries = new Set<string>();
beforeAll(async () => {
  tarball = resolve(execFileSync('npm', ['run', '--silent', 'pack'], { encoding: 'utf8' }).trim());
  await list({ file: tarball, onReadEntry: ({ path }) => void entries.add(path) });
}, 300_000);

describe('the package', () => {
  it('has one version', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(version);
  });

  it('holds what runs, and nothing of the tests', () => {
    const shipped = [...entries];
    expect(shipped).toContain('package/dist/rcc.js');
    for (const entry of entriesOf('.')) expect(shipped).toContain(join('package', entry));
    for (const path of ['src/io/hash-worker.mjs', 'hash-worker.mjs', 'counting-worker.mjs'])
      expect(shipped).toContain(`package/dist/${path}`);
    for (const path of [
      'src/report/page/page-script.js',
      'page-script.js',
      'run-kit.sh',
      'build_engine.py',
      'openvino_engine.py',
    ])
      expect(shipped).toContain(`package/dist/${path}`);
    expect(shipped).toContain('package/dist/engines/tensorrt-rtx/build_engine.py');
    expect(shipped).toContain('package/dist/engines/openvino/openvino_engine.py');
    expect(shipped.filter((path) => /^package\/(test|bench)\/|stand-in/.test(path))).toEqual([]);
  });

  it('has entries and types where package managers and compilers look for them', async () => {
    const { buffer } = new Uint8Array(readFileSync(tarball));
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('brings the engine for the processors of five systems, and for nothing else', () => {
    const prefix = 'package/node_modules/onnxruntime-node/bin/napi-v6/';
    const files = [...entries].filter((path) => path.startsWith(prefix));
    expect(files.map((path) => path.slice(prefix.length)).sort()).toEqual([
      'darwin/arm64/libonnxruntime.1.dylib',
      'darwin/arm64/onnxruntime_binding.node',
      'linux/arm64/libonnxruntime.so.1',
      'linux/arm64/onnxruntime_binding.node',
      'linux/x64/libonnxruntime.so.1',
      'linux/x64/onnxruntime_binding.node',
      'win32/arm64/onnxruntime.dll',
      'win32/arm64/onnxruntime_binding.node',
      'win32/x64/onnxruntime.dll',
      'win32/x64/onnxruntime_binding.node',
    ]);
    expect(statSync(tarball).size).toBeLessThan(80e6);
  });
});

describe.skipIf(!hasRegistry)(
  'the package, installed into an empty folder (needs npm’s registry)',
  () => {
    const app = join(folder, 'app');
    const install = ['install', `./rcc-${version}.tgz`];
    const rcc = (...args: readonly string[]): string => {
      const [command = '', ...rest] = [...isolated, join(app, 'node_modules/.bin/rcc'), ...args];
      return sh(app, command, ...rest).trim();
    };
    const script = (code: string): string => {
      const [command = '', ...rest] = [...isolated, process.execPath, '--input-type=module', '-e'];
      return sh(app, command, ...rest, code).trim();
    };

    beforeAll(() => {
      mkdirSync(app);
      copyFileSync(tarball, join(app, basename(tarball)));
      sh(app, 'npm', ...install);
    }, 300_000);

    it('is installed by the command that README.md names', () => {
      const readme = readFileSync('README.md', 'utf8');
      expect(readme).toContain(`\n\`\`\`\nnpm ${install.join(' ')}\n\`\`\`\n`);
    });

    it('runs no script of any package', () => {
      const { packages } = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8'));
      const names = Object.keys(packages);
      expect(names).toContain('node_modules/rcc');
      expect(names.filter((name) => packages[name].hasInstallScript)).toEqual([]);
      const scripts = names
        .filter((name) => /rcc\/node_modules/.test(name))
        .map((name) => JSON.parse(readFileSync(join(app, name, 'package.json'), 'utf8')).scripts);
      expect(scripts).toEqual([undefined, undefined, undefined]);
    });

    it('has the versions that were tested', () => {
      const { packages } = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8'));
      const here = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
      for (const name of ['onnxruntime-node', 'onnx-proto', 'protobufjs']) {
        const found = Object.keys(packages).filter((path) => path.endsWith(`/${name}`));
        expect(found.map((path) => packages[path].version)).toEqual([
          here[`node_modules/${name}`].version,
        ]);
      }
    });

    it('compiles without a network, with weights and without', () => {
      expect(rcc('--version')).toBe(version);
      const installed = 'node_modules/rcc';
      const made = rcc(
        'compile',
        `${installed}/specs/resnet18.rn`,
        '--fp16',
        '--quiet',
        '--no-time',
      );
      expect(made).toBe(join('build', 'resnet18', 'fp16'));
      const trained = `${installed}/examples/digits/digits.rn`;
      expect(rcc('compile', trained, '--fp16', '--quiet', '--no-time')).toBe(
        join('build', 'digits', 'fp16'),
      );
      expect(rcc('verify', trained, '--fp16')).toContain(
        'digits fp16: passed against the reference',
      );
      expect(readdirSync(join(folder, 'home'))).toEqual([]);
    }, 120_000);

    it('checks, reports and estimates', () => {
      const golden = readFileSync('test/cli/golden/list.txt', 'utf8');
      expect(rcc('check', 'node_modules/rcc/specs/resnet18.rn')).toContain('11.69M');
      expect(`${rcc('list')}\n`).toBe(golden);
      writeFileSync(join(app, 'pets.rn'), 'model pets extends resnet18 { classes 37 }\n');
      expect(rcc('check', 'resnet34', 'pets', '*.rn')).toMatch(/^resnet34 [\s\S]*^pets /m);
      expect(rcc('report', '--quiet')).toMatch(/^report\/index\.html$/m);
      expect(readFileSync(join(app, 'report/tables/accuracy.md'), 'utf8')).toContain(
        'FLOPs, G counted',
      );
      expect(readdirSync(join(app, 'report/charts'))).toContain('published-flops.png');
      expect(rcc('estimate', '--gpu', 't4', '--batch', '1')).toMatch(/^resnet18 /m);
    }, 120_000);

    it('is a module of a script', () => {
      expect(script("console.log((await import('rcc')).version)")).toBe(version);
      const figures = "(await import('rcc/report')).readFigures()";
      expect(script(`console.log((await ${figures}).published.models.length)`)).toBe('18');
      const load = `
        import { chooseTarget } from 'rcc';
        const { engine } = await chooseTarget({ target: 'onnxruntime', precision: 'fp16' });
        const loaded = await engine.load('build/digits/fp16/model.onnx');
        console.log(loaded.outputs[0].name);
        await loaded.close();`;
      expect(script(load)).toBe('logits');
    }, 60_000);

    it('runs the example of README.md', () => {
      rmSync(join(app, 'build'), { recursive: true, force: true });
      const [command = '', ...rest] = [...isolated, process.execPath, ...exampleIn(app)];
      expect(sh(app, command, ...rest)).toMatch(/^build\/digits\/fp16 onnxruntime \d/);
      expect(readdirSync(join(app, 'build/digits/fp16'))).toContain('model.onnx');
    }, 60_000);

    it.each(projects)('has types that a strict project takes: %j', (options) => {
      exampleIn(app);
      writeFileSync(join(app, 'options.mts'), optionsProgram(join(app, 'node_modules', 'rcc')));
      const compilerOptions = { ...strict, ...options };
      const config = join(app, 'tsconfig.json');
      writeFileSync(config, JSON.stringify({ compilerOptions, include: ['*.mts'] }));
      const { stdout } = spawnSync(process.execPath, [tsc, '-p', app, '--listFiles'], {
        encoding: 'utf8',
        timeout: 100_000,
      });
      expect(stdout.match(/^.*error TS.*$/gm)).toBeNull();
      expect(stdout).toMatch(/options\.mts$/m);
      expect(stdout).not.toMatch(/onnx-proto|onnxruntime-node|protobufjs/);
    }, 120_000);

    it('exports every type that something public names', () => {
      expect(hiddenTypes(entriesOf(join(app, 'node_modules', 'rcc')))).toEqual([]);
    });

    it('finds its Python script', async () => {
      // An interpreter that tells the release only where it is given the script.
      const python = join(folder, 'python');
      writeFileSync(python, `#!/bin/sh\ntest -f "$1" && echo '${knownVersion}'\n`, { mode: 0o755 });
      const doctor = rcc('doctor', '--target', 'tensorrt-rtx', '--python', python);
      expect(doctor).toMatch(/good +TensorRT-RTX +1\.7\.1\.116/);
      const probe = join(app, 'node_modules', 'rcc', 'dist', 'engines', 'tensorrt-rtx', 'probe.js');
      const { probeTensorrtRtx } = await import(probe);
      const request = { python, env: {}, cacheDirectory: folder };
      expect(await probeTensorrtRtx(request)).toMatchObject({ found: true });
    });
  },
);
