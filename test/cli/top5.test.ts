import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-top5-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function specOf(classes: number): string {
  const path = join(folder, `of${classes}.rn`);
  const network = 'block basic stages [1] widths [8] stem conv3 input 32';
  writeFileSync(path, `model of${classes} { ${network} classes ${classes} }\n`);
  return path;
}

describe('top-5', () => {
  it.each([
    [5, false],
    [6, true],
  ])('of %i classes: %s', async (classes, isShown) => {
    const { stdout } = await rcc('verify', specOf(classes), '--target', 'onnxruntime', '-q');
    expect(stdout).toMatch(/agreement {2}top-1 100 %/);
    expect(stdout.includes('top-5')).toBe(isShown);
  });
});

describe('rcc eval', () => {
  it('names the classes that are taken for another by their labels', async () => {
    const digits = 'examples/digits';
    const { stdout } = await rcc(
      ...['eval', `${digits}/digits.rn`, '--data', `${digits}/test.zip`, '--target', 'onnxruntime'],
    );
    expect(stdout).toMatch(/^confusions of fp32\n {2}three taken for seven: 1$/m);
  }, 60_000);
});
