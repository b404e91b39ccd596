import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const readme = readFileSync('README.md', 'utf8');

describe('the README', () => {
  it('shows the accuracy table of the digits as rcc eval prints it', async () => {
    const digits = 'examples/digits';
    const outcome = await rcc(
      ...[
        'eval',
        `${digits}/digits.rn`,
        '--fp32',
        '--fp16',
        '--int8',
        '--quiet',
        '--target',
        'onnxruntime',
      ],
      ...['--calibrate', `${digits}/calibration.zip`, '--data', `${digits}/test.zip`],
    );
    expect(outcome.exitCode).toBe(0);
    const table = outcome.stdout.split('\n').slice(1, 5).join('\n');
    expect(table).toMatch(/^precision/);
    expect(readme).toContain(table);
  }, 120_000);

  it('shows the spec of the digits as rcc init writes it', async () => {
    const { stdout } = await rcc('init', 'examples/digits/digits.safetensors', '--input', '32');
    expect(readme).toContain(`\`\`\`\n${stdout}\`\`\`\n`);
  });

  it.each(['11.1', '8.6'])('shows the plan for TensorRT %s as it is printed', async (release) => {
    const args = ['specs/resnet101_vd.rn', '--dry-run', '--trt', release, '--gpu', 't4', '--fp16'];
    const { exitCode, stdout } = await rcc('compile', ...args);
    expect(exitCode).toBe(0);
    const command = `npx rcc compile ${args.join(' ')}`;
    expect(readme).toContain(`\`\`\`\n${command}\n\`\`\`\n\n\`\`\`\n${stdout}\`\`\`\n`);
  });
});
