import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const spec = 'specs/resnet50_vd.rn';

describe('rcc estimate', () => {
  it('prints what the README shows', async () => {
    const readme = readFileSync('README.md', 'utf8');
    const [, command = '', shown] =
      /npx rcc (estimate .*)\n```\n\n```\n([\s\S]*?)```/.exec(readme) ?? [];
    const { exitCode, stdout, stderr } = await rcc(...command.split(' '));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe(shown);
  });

  it('tells one estimate with its band and its slowest kernels', async () => {
    const { stdout } = await rcc('estimate', spec, '--gpu', 't4', '--fp16', '--batch', '8');
    expect(stdout).toMatch(
      /^resnet50_vd on T4, fp16, batch 8: [\d.]+ ms estimated \([\d.]+ to [\d.]+ ms\)/,
    );
    expect(stdout).toMatch(/kernel +ms +share +bound by\nstem\/conv3/);
  });

  it('says extrapolated of what was not fitted, and why', async () => {
    const { stdout } = await rcc('estimate', spec, '--gpu', 'V100', '--batch', '1,32');
    const rows = stdout.split('\n').filter((line) => line.startsWith('resnet50_vd'));
    const kinds = rows.map((row) =>
      row
        .split(/ +/)
        .slice(3, 5)
        .concat(row.includes(' ~') ? 'x' : ''),
    );
    expect(kinds).toEqual([
      ['fp32', '1', ''],
      ['fp32', '32', 'x'],
      ['fp16', '1', 'x'],
      ['fp16', '32', 'x'],
    ]);
    expect(rows.every((row) => / to /.test(row))).toBe(true);
    expect(stdout).toMatch(/~ is extrapolated: Batch 32 was not fitted/);
    expect(stdout).toMatch(/~ is extrapolated: fp16 was not fitted on V100/);
  });

  it('shows the published time of a relative beside its estimate, whatever its classes', async () => {
    const argv = ['--gpu', 't4', '--fp16', '--fp32', '--batch', '1,8'];
    const { stdout } = await rcc('estimate', 'paddleclas/resnext50_vd_32x4d', spec, ...argv);
    const published = stdout
      .split('\n')
      .filter((line) => line.startsWith('resnext50'))
      .map((line) => line.split(/ {2,}/).at(-1));
    expect(stdout.match(/~\d/g)).toHaveLength(4);
    // specs/catalogue.json has them from ResNeXt.md.
    expect(published).toEqual(['7.62', '19.15', '7.69', '13.41']);
  });

  it('lists what fits into a budget, of the published models where none is named', async () => {
    const argv = ['estimate', '--gpu', 't4', '--fp32', '--fp16', '--budget', '2ms'];
    const { stdout } = await rcc(...argv);
    expect(stdout).toMatch(/^Estimated to fit into 2 ms a batch on T4\n/);
    expect(stdout).toMatch(/\nresnet18 +71\.0 % +fp16 +1 .* yes\n/);
    expect(stdout).not.toMatch(/\nresnet152 /);
    const { result } = JSON.parse((await rcc(...argv, '--json')).stdout);
    for (const { estimate } of result) expect(estimate.bandMs[0]).toBeLessThanOrEqual(2);
    expect((await rcc('estimate', spec, '--gpu', 't4', '--budget', '0.1')).stdout).toBe(
      'Estimated to fit into 0.1 ms a batch on T4: none.\n',
    );
  });

  it.each([
    [
      'h100',
      'There are no figures of the H100 to estimate from; rcc estimates for t4, v100, l4, a10, a100.',
    ],
    [
      '4090',
      'There are no figures of the RTX 4090 to estimate from; rcc estimates for t4, v100, l4, a10, a100.',
    ],
  ])('says of %s, which it knows, that it has no figures', async (gpu, message) => {
    const { stdout } = await rcc('estimate', spec, '--gpu', gpu, '--json');
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code: 'gpu-not-estimated', message }]);
    expect(stdout).not.toContain('Did you mean');
  });

  it('takes a name with its vendor, and precisions by name', async () => {
    const short = await rcc('estimate', spec, '--gpu', 't4', '--fp16', '--int8', '--json');
    const long = ['--gpu', 'NVIDIA Tesla T4', '--precision', 'int8,FP16'];
    expect(await rcc('estimate', spec, ...long, '--json')).toEqual(short);
  });

  it.each([
    ['unknown-gpu', [spec, '--gpu', 't3']],
    ['precision-not-on-gpu', [spec, '--gpu', 'v100', '--int8']],
    ['command-line', [spec]],
    ['command-line', [spec, '--gpu', 't4', '--budget', '5s']],
    ['not-a-spec', ['README.md', '--gpu', 't4']],
  ])('%s ends with 2', async (code, argv) => {
    const { exitCode, stdout } = await rcc('estimate', ...argv, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code }]);
  });
});
