import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { version } from '../../src/version.ts';
import { knownVersion } from '../engines/tensorrt-rtx/fake-python.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = { ...process.env, npm_config_ignore_scripts: 'true', NO_COLOR: '1' };

function sh(cwd: string, command: string, ...parameters: readonly string[]): string {
  return execFileSync(command, parameters, {
    cwd,
    env: environment,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

describe('the package', () => {
  it('has one version', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(version);
  });

  it('installs into an empty folder, where npx rcc and the typed modules work', async () => {
    sh('.', 'npm', 'run', 'build');
    const packed: { filename: string; files: { path: string }[] }[] = JSON.parse(
      sh('.', 'npm', 'pack', '--json', '--pack-destination', folder),
    );
    const [tarball] = packed;
    const shipped = tarball?.files.map(({ path }) => path) ?? [];
    expect(shipped).toContain('dist/rcc.js');
    expect(shipped).toContain('dist/engines/tensorrt-rtx/build_engine.py');
    expect(shipped.filter((path) => /^(test|bench)\/|stand-in/.test(path))).toEqual([]);
    const app = join(folder, 'app');
    mkdirSync(app);
    sh(app, 'npm', 'init', '--yes');
    sh(app, 'npm', 'install', '--prefer-offline', join('..', tarball?.filename ?? ''));
    expect(sh(app, 'npx', 'rcc', '--version').trim()).toBe(version);
    const spec = 'node_modules/rcc/specs/resnet18.rn';
    expect(sh(app, 'npx', 'rcc', 'check', spec)).toContain('11.69M');
    expect(
      sh(app, 'npx', 'rcc', 'compile', spec, '--quiet', '--no-time', '--no-verify').trim(),
    ).toBe(join('build', 'resnet18', 'fp32'));
    expect(sh(app, 'npx', 'rcc', 'report', '--quiet')).toMatch(/^report\/index\.html$/m);
    expect(readFileSync(join(app, 'report/tables/accuracy.md'), 'utf8')).toContain(
      'FLOPs, G counted',
    );
    expect(readdirSync(join(app, 'report/charts'))).toContain('published-flops.png');
    expect(sh(app, 'npx', 'rcc', 'estimate', '--gpu', 't4', '--batch', '1')).toMatch(/^resnet18 /m);
    const figures =
      "import('rcc').then(async ({ readFigures }) => console.log((await readFigures()).published.models.length))";
    expect(sh(app, 'node', '--input-type=module', '-e', figures).trim()).toBe('18');
    const script = "import('rcc').then(({ version }) => console.log(version))";
    expect(sh(app, 'node', '--input-type=module', '-e', script).trim()).toBe(version);
    // An interpreter that tells the release only where it is given the script.
    const python = join(folder, 'python');
    writeFileSync(python, `#!/bin/sh\ntest -f "$1" && echo '${knownVersion}'\n`, { mode: 0o755 });
    const doctor = sh(app, 'npx', 'rcc', 'doctor', '--target', 'tensorrt-rtx', '--python', python);
    expect(doctor).toMatch(/good +TensorRT-RTX +1\.7\.1\.116/);
    const probe = join(app, 'node_modules', 'rcc', 'dist', 'engines', 'tensorrt-rtx', 'probe.js');
    const { probeTensorrtRtx } = await import(probe);
    const request = { python, env: {}, cacheDirectory: folder };
    expect(await probeTensorrtRtx(request)).toMatchObject({ found: true });
  }, 300_000);
});
