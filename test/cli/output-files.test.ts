import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { benchFile, pictureFile, reportFolder, requireEnding } from '../../src/cli/output-files.ts';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-outputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const digits = 'examples/digits/digits.rn';

describe('an output with the ending of another kind of file', () => {
  it.each([
    ['report.pdf', ['report'], 'a folder with a page in it'],
    ['page.html', ['report'], 'a folder with a page in it'],
    ['times.csv', ['bench', digits, '--fp32'], 'a bench file (.json)'],
    ['times.png', ['eval', digits, '--data', 'no-data'], 'a bench file (.json)'],
    ['spec.png', ['init', 'examples/digits/digits.safetensors'], 'a spec (.rn)'],
    ['net.svgz', ['inspect', digits], 'a picture (.svg or .png)'],
  ])('%s is refused, and nothing is begun: rcc %j', async (name, words, what) => {
    const path = join(folder, name);
    const option = words[0] === 'inspect' ? '--svg' : '-o';
    const { exitCode, stdout, stderr } = await rcc(...words, option, path);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(
      `${option} writes ${what}, and '${path}' names something else. [output-ending]`,
    );
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['net', pictureFile],
    ['net.svg', pictureFile],
    ['NET.PNG', pictureFile],
    ['resnet50.v1.5', pictureFile],
    ['bench.json', benchFile],
    ['reports/2026.11', reportFolder],
  ])('%s is none', (path, kind) => {
    expect(() => requireEnding('-o', path, kind)).not.toThrow();
  });
});
