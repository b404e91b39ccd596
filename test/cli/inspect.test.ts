import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('rcc inspect --svg', () => {
  it('draws the network and names the picture last', async () => {
    const svg = join(folder, 'pictures', 'resnet18.svg');
    const { exitCode, stdout } = await rcc('inspect', 'specs/resnet18.rn', '--svg', svg);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^resnet18 \(specs\/resnet18\.rn\)\nlayer +op /);
    expect(stdout.endsWith(`\n\n${svg}\n`)).toBe(true);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg[\s\S]*Stage 4[\s\S]*512 × 7 × 7/);
  });

  it('takes one spec', async () => {
    const svg = join(folder, 'two.svg');
    const specs = ['specs/resnet18.rn', 'specs/resnet34.rn'];
    const { exitCode, stderr } = await rcc('inspect', ...specs, '--svg', svg);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--svg draws the network of one spec, and 2 were given.');
    expect(existsSync(svg)).toBe(false);
  });
});
