import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as checkAction from '../../src/cli/actions/check.ts';
import { rcc, rccIn } from '../helpers/cli.ts';
import { fullSampleBench } from '../report/sample-bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-streams-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = 'test/fixtures/weights/neck4_d.rn#neck4_d';
const escapes = '\u001b[';
const compile = (out: string) => ['compile', spec, '--target', 'onnx', '-o', join(folder, out)];

describe('a terminal', () => {
  it('shows colours and the phases in one column', async () => {
    const { exitCode, stderr } = await rccIn({ isTerminal: true }, ...compile('a'));
    expect(exitCode).toBe(0);
    expect(stderr).toContain(escapes);
    expect(stripVTControlCharacters(stderr)).toMatch(/^ {2}graph +<?[\d.]+ s {2}/m);
  });

  it('is left alone by a run that has failed in the middle of a phase', async () => {
    const outcome = await rccIn({ isTerminal: true }, ...compile('b'), '--weights', 'README.md');
    expect(outcome.exitCode).toBe(2);
    const { stderr } = outcome;
    await sleep(250);
    expect(outcome.stderr).toBe(stderr);
  });

  it('gets no colours with NO_COLOR, and with FORCE_COLOR even a file does', async () => {
    const mistake = ['check', 'no.rn'];
    const bare = await rccIn({ isTerminal: true, env: { NO_COLOR: '1' } }, ...mistake);
    expect(bare.stderr).not.toContain(escapes);
    expect((await rccIn({ env: { FORCE_COLOR: '1' } }, ...mistake)).stderr).toContain(escapes);
    expect((await rccIn({ env: { FORCE_COLOR: '0' } }, ...mistake)).stderr).not.toContain(escapes);
  });
});

describe('a file', () => {
  it('gets no colours and no live line', async () => {
    const { stdout, stderr } = await rcc(...compile('c'));
    expect(`${stdout}${stderr}`).not.toContain(escapes);
    expect(stderr).not.toContain('\r');
  });
});

describe('names that somebody else wrote', () => {
  // Turned around by an override, an embedding, an isolate and marks; commands of a terminal in C0 and C1; nothing to be seen.
  const hidden = [
    '\u202e',
    '\u202a',
    '\u2066',
    '\u2069',
    '\u200e',
    '\u200f',
    '\u001b',
    '\u0007',
    '\u009b',
    '\u007f',
    '\u200b',
    '\ufeff',
    '\u2028',
  ];
  const evil = (name: string): string => `${name}${hidden.join('')}\n${name}`;
  const notSeen = /[^\P{Cc}\n]|[\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;
  const model = join(folder, 'evil.onnx');
  const bench = join(folder, 'evil.json');

  beforeAll(() => {
    const { onnx } = onnxProto;
    const node = { name: evil('node'), opType: evil('Op'), input: ['x'], output: [evil('y')] };
    writeFileSync(
      model,
      onnx.ModelProto.encode({
        producerName: evil('producer'),
        metadataProps: [{ key: evil('key'), value: evil('value') }],
        graph: { name: evil('graph'), node: [node] },
      }).finish(),
    );
    const [row] = fullSampleBench().rows;
    writeFileSync(
      bench,
      JSON.stringify({ ...fullSampleBench(), rows: [{ ...row, model: evil('model') }] }),
    );
  });

  it.each([
    ['inspect', () => ['inspect', model]],
    ['compare', () => ['compare', bench, bench]],
    ['a mistake', () => ['explain', evil('code')]],
    ['usage', () => ['check', evil('--option')]],
  ])('cannot be hidden or obeyed: %s', async (_, argv) => {
    const outcome = await rccIn({ isTerminal: false }, ...argv());
    expect(`${outcome.stdout}${outcome.stderr}`).toContain('\\u{202e}');
    expect(`${outcome.stdout}${outcome.stderr}`).not.toMatch(notSeen);
  });

  it('mean in JSON what they mean', async () => {
    const { stdout } = await rcc('inspect', model, '--json');
    expect(stdout).not.toMatch(notSeen);
    expect(stdout).toContain('node\\u202e');
    expect(JSON.stringify(JSON.parse(stdout).result)).toContain(
      JSON.stringify(evil('node')).slice(1, -1),
    );
  });

  it('stand in a report as they are seen', async () => {
    const out = join(folder, 'report');
    expect((await rcc('report', bench, '-o', out)).exitCode).toBe(0);
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(html|svg|md)$/.test(file),
    );
    const texts = files.map((file) => readFileSync(join(out, file), 'utf8'));
    expect(texts.filter((text) => text.includes('\\u{202e}')).length).toBeGreaterThan(1);
    expect(files.filter((_, index) => notSeen.test(texts[index] ?? ''))).toEqual([]);
  });
});

describe('--quiet', () => {
  it('keeps notes and leaves progress out', async () => {
    const { stderr } = await rcc(
      ...['compile', 'specs/resnet18.rn', '--target', 'onnx', '-o', join(folder, 'd'), '--quiet'],
    );
    expect(stderr).toMatch(/^note: resnet18 has no weights file.*\n {2}hint: .*\n$/);
  });
});

describe('several specs', () => {
  it('are all run where one of them fails', async () => {
    const file = join(folder, 'broken.rn');
    const whole = 'model whole { block basic stages [1] widths [8] stem conv3 input 32 classes 5 }';
    writeFileSync(file, `model broken { depth 18 weights "gone.pth" }\n${whole}\n`);
    const { exitCode, stdout } = await rcc('verify', file, '--json', '--threads', '1');
    expect(exitCode).toBe(2);
    const { result, diagnostics } = JSON.parse(stdout);
    expect(result).toMatchObject([{ model: 'whole', verdict: { ok: true } }]);
    expect(diagnostics.map(({ code }: { code: string }) => code)).toContain('file-not-found');
  });
});

describe('a bug', () => {
  it('is told with its stack and ends with 4, as data too', async () => {
    vi.spyOn(checkAction, 'checkSpecs').mockRejectedValue(new TypeError('x is undefined'));
    const { exitCode, stdout } = await rcc('check', spec, '--json');
    vi.restoreAllMocks();
    expect(exitCode).toBe(4);
    const [diagnostic] = JSON.parse(stdout).diagnostics;
    expect(diagnostic).toMatchObject({ code: 'internal-error' });
    expect(diagnostic.details[0]).toMatch(/^ +at /);
  });
});
