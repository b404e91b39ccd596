import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a shortcut that pads', () => {
  it.each([
    'fp32',
    'fp16',
    'int8',
  ])('costs nothing wherever it is counted: %s', async (precision) => {
    const spec = 'examples/cifar/resnet20.rn';
    const out = join(folder, precision);
    const compile = ['compile', spec, '--seed', '1', `--${precision}`, '--target', 'onnx'];
    expect((await rcc(...compile, '--no-verify', '-o', out)).exitCode).toBe(0);
    const counted = async (...paths: string[]) => {
      const { stdout } = await rcc('inspect', ...paths, '--json');
      const { layers } = JSON.parse(stdout).result[0];
      return { all: sum(layers), pads: layers.filter(isPad) };
    };
    const sum = (layers: readonly { macs: number }[]) =>
      layers.reduce((total, { macs }) => total + macs, 0);
    const isPad = ({ name, op }: { name: string; op: string }) =>
      op === 'Conv' && name.endsWith('/shortcut');
    const spec0 = await counted(spec);
    const model = await counted(join(out, 'model.onnx'));
    // The stem, then 6 convolutions a stage of which the first of two stages is half as much, then the head.
    const stage = 6 * 16 * 16 * 9 * 32 * 32;
    const halved = 32 * 16 * 9 * 16 * 16 + 5 * 32 * 32 * 9 * 16 * 16;
    const expected = 3 * 16 * 9 * 32 * 32 + stage + 2 * halved + 64 * 10;
    expect(spec0.all).toBe(expected);
    expect(model.all).toBe(expected);
    expect(sum(JSON.parse(readFileSync(join(out, 'layers.json'), 'utf8')))).toBe(expected);
    expect(model.pads).toMatchObject([
      { macs: 0, params: 0 },
      { macs: 0, params: 0 },
    ]);
  }, 60_000);
});

describe('rcc inspect --svg', () => {
  it('draws the network and names the picture last', async () => {
    const svg = join(folder, 'pictures', 'resnet18.svg');
    const { exitCode, stdout } = await rcc('inspect', 'specs/resnet18.rn', '--svg', svg);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^resnet18 \(specs\/resnet18\.rn\): outputs in float32\nlayer +op /);
    expect(stdout.endsWith(`\n\n${svg}\n`)).toBe(true);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg[\s\S]*Stage 4[\s\S]*512 × 7 × 7/);
  });

  it('draws a true PNG where one is named', async () => {
    const png = join(folder, 'pictures', 'resnet18.PNG');
    expect((await rcc('inspect', 'specs/resnet18.rn', '--svg', png)).exitCode).toBe(0);
    const bytes = readFileSync(png);
    expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    // Twice as many pixels as the drawing has units.
    const svg = join(folder, 'pictures', 'same.svg');
    await rcc('inspect', 'specs/resnet18.rn', '--svg', svg);
    const [, width] = /viewBox="0 0 ([\d.]+) /.exec(readFileSync(svg, 'utf8')) ?? [];
    expect(bytes.readUInt32BE(16)).toBe(Math.ceil(2 * Number(width)));
  });

  it('writes nothing under a name that says something else', async () => {
    const path = join(folder, 'x.jpg');
    const { exitCode, stdout, stderr } = await rcc('inspect', 'resnet18', '--svg', path);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain("--svg writes a picture (.svg or .png), and '");
    expect(stderr).toContain('x.svg or ');
    expect(existsSync(path)).toBe(false);
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
