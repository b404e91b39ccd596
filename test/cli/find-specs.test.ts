import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledSpecs } from '../../src/report/specs-folder.ts';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-find-'));
const main = resolve('src/cli/main.ts');
const loader = resolve('node_modules/tsx/dist/loader.mjs');
const startedIn = process.cwd();

const tiny = (name: string) => `model ${name} { block basic stages [1] widths [8] input 64 }\n`;
const utf16 = (text: string, isBigEndian: boolean): Buffer => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return isBigEndian ? bytes.swap16() : bytes;
};

beforeAll(() => {
  for (const name of ['zoo', 'zoo/more', 'empty', 'resnet50_vd', 'build/resnet18'])
    mkdirSync(join(folder, name), { recursive: true });
  const files: Readonly<Record<string, string | Buffer>> = {
    'own.rn': tiny('own'),
    'resnet34.rn': tiny('resnet34'),
    'zoo/b.rn': tiny('b'),
    'zoo/a.rn': tiny('a'),
    'zoo/notes.txt': '',
    'zoo/more/c.rn': tiny('c'),
    'zoo/d[1].rn': tiny('d'),
    'empty/model.pth': '',
    'model.onnx': '',
    'wide.rn': utf16(tiny('wide'), false),
    'wider.rn': utf16(tiny('wider'), true),
    'pets.rn': 'model pets extends resnet50_vd { classes 37 }\n',
    'fetched.rn': 'model fetched { depth 18 weights "https://download.example/r.pth" }\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(startedIn);
  rmSync(folder, { recursive: true, force: true });
});

/** Models that `rcc check` finds, and the path of each. */
async function modelsOf(...words: readonly string[]) {
  const { stdout } = await rcc('check', ...words, '--json');
  const { result, diagnostics } = JSON.parse(stdout);
  const errors = diagnostics.filter(({ severity }: { severity: string }) => severity === 'error');
  expect(errors).toEqual([]);
  return result.map(({ spec }: { spec: { name: string; file: string } }) => [spec.name, spec.file]);
}

describe('a spec is found', () => {
  it.each<[title: string, words: readonly string[], models: readonly (readonly string[])[]]>([
    ['by its file', ['own.rn'], [['own', 'own.rn']]],
    ['without its ending', ['own', './own'], [['own', 'own.rn']]],
    [
      'in a folder, by name',
      ['zoo'],
      [
        ['a', 'zoo/a.rn'],
        ['b', 'zoo/b.rn'],
        ['d', 'zoo/d[1].rn'],
      ],
    ],
    ['in a folder that ends in a slash', ['zoo/more/'], [['c', 'zoo/more/c.rn']]],
    [
      'by a pattern',
      ['zoo/?.rn'],
      [
        ['a', 'zoo/a.rn'],
        ['b', 'zoo/b.rn'],
      ],
    ],
    [
      'by a pattern without its ending',
      ['zoo/**'],
      [
        ['a', 'zoo/a.rn'],
        ['b', 'zoo/b.rn'],
        ['d', 'zoo/d[1].rn'],
        ['c', 'zoo/more/c.rn'],
      ],
    ],
    ['though its name looks like a pattern', ['zoo/d[1].rn'], [['d', 'zoo/d[1].rn']]],
    [
      'in UTF-16',
      ['wide.rn', 'wider.rn'],
      [
        ['wide', 'wide.rn'],
        ['wider', 'wider.rn'],
      ],
    ],
    ['here before it is found in the package', ['resnet34'], [['resnet34', 'resnet34.rn']]],
  ])('%s', async (_title, words, models) => {
    expect(await modelsOf(...words)).toEqual(models);
  });

  it('in the package, by its name, though a folder without specs has the name', async () => {
    const bundled = await bundledSpecs();
    expect(await modelsOf('resnet50_vd', 'resnet18')).toEqual([
      ['resnet50_vd', bundled.get('resnet50_vd')],
      ['resnet18', bundled.get('resnet18')],
    ]);
  });

  it('in the package, as PaddleClas writes its name', async () => {
    const [[name]] = await modelsOf('ResNet50_vd');
    expect(name).toBe('resnet50_vd');
  });

  it('as a base of the package, from any folder; rcc check says what it is not held to', async () => {
    expect(await modelsOf('pets')).toEqual([['pets', 'pets.rn']]);
    const { exitCode, stderr } = await rcc('check', 'pets');
    expect(exitCode).toBe(0);
    expect(
      stderr,
    ).toBe(`pets.rn:1:20: note: Model 'pets' is not held to what 'resnet50_vd' expects: params, flops, top1, top5 (changed: classes). [expectation-not-inherited]
> 1 | model pets extends resnet50_vd { classes 37 }
    |                    ^^^^^^^^^^^
  hint: Give the figures of this model as its own \`expect { … }\` to have them checked.
`);
    const planned = await rcc('compile', 'pets', '--dry-run', '--target', 'onnx', '--json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ ok: true, diagnostics: [] });
  });

  it('on standard input, of which no more is read than a spec may have', async () => {
    const argv = ['--import', loader, main, 'check', '-', '--no-files', '--json'];
    const running = promisify(execFile)('node', argv, { cwd: folder });
    // It goes away before it has read all.
    running.child.stdin?.on('error', () => undefined);
    running.child.stdin?.write(' '.repeat(4_000_000));
    const { code, stdout } = await running.catch((error) => error);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code: 'spec-too-large' }]);
  });

  it('on standard input, whose paths are those of the current folder', async () => {
    const argv = ['--import', loader, main, 'check', '-', '--no-files', '--json'];
    const running = promisify(execFile)('node', argv, { cwd: folder });
    running.child.stdin?.end('model piped extends resnet18 { weights "w.pth" }');
    const { result } = JSON.parse((await running).stdout);
    expect(result[0].spec).toMatchObject({ name: 'piped', depth: 18, weights: { path: 'w.pth' } });
  });
});

const list = '`rcc list` shows the specs that come with rcc';

describe('what is no spec is told with what is there', () => {
  it.each<[argv: readonly string[], code: string, message: string, hint: string]>([
    [
      ['check', 'resnet81.rn'],
      'file-not-found',
      "There is no spec at 'resnet81.rn'.",
      `Did you mean resnet18, resnet34.rn, resnet50 or resnet101? ${list}.`,
    ],
    [
      ['check', 'zoo/aa'],
      'file-not-found',
      "There is no spec at 'zoo/aa'.",
      `Did you mean zoo/a.rn? ${list}.`,
    ],
    [
      ['check', 'nowhere/unlike'],
      'file-not-found',
      "There is no spec at 'nowhere/unlike'.",
      `${list}; \`rcc init WEIGHTS\` writes one.`,
    ],
    [
      ['compile', 'empty'],
      'no-spec-there',
      "There is no spec (.rn) in the folder 'empty'.",
      `What is there: model.pth. ${list}; \`rcc init WEIGHTS\` writes one.`,
    ],
    [
      ['compile', 'zoo/*.txt'],
      'no-spec-there',
      "There is no spec (.rn) in what 'zoo/*.txt' stands for.",
      `What is there: zoo/notes.txt. ${list}; \`rcc init WEIGHTS\` writes one.`,
    ],
    [
      ['eval', 'zoo', '--data', 'empty'],
      'one-model-needed',
      "'zoo' holds 3 models; this command takes one.",
      'Name one: zoo/a.rn#a, zoo/b.rn#b, zoo/d[1].rn#d.',
    ],
    [
      ['compile', 'https://download.example/resnet50.rn'],
      'address-given',
      "'https://download.example/resnet50.rn' is an address, not the path of a spec: rcc reads files and never uses the network.",
      'Download it first: curl -LO "https://download.example/resnet50.rn"',
    ],
    [
      ['compile', 'own', '--weights', 'https://download.example/r.pth'],
      'address-given',
      "'https://download.example/r.pth' is an address, not the path of a weights file: rcc reads files and never uses the network.",
      'Download it first: curl -LO "https://download.example/r.pth"',
    ],
    [
      ['check', 'fetched'],
      'address-given',
      "'https://download.example/r.pth' is an address, not the path of a file: rcc reads files and never uses the network.",
      'Download it first: curl -LO "https://download.example/r.pth"',
    ],
    [
      ['init', 's3://bucket/r.pth'],
      'address-given',
      "'s3://bucket/r.pth' is an address, not the path of a weights file: rcc reads files and never uses the network.",
      'Download it first, and give the file.',
    ],
    [
      ['compile', 'model.onnx'],
      'not-a-spec',
      "'model.onnx' is no spec: specs are .rn files.",
      'It is a model that was exported already: `rcc inspect model.onnx` shows its layers. rcc compiles a spec with the weights of the training framework, the file that the export was made from.',
    ],
  ])('%j', async (argv, code, message, hint) => {
    const { exitCode, stdout } = await rcc(...argv, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code, message, hint }]);
  });
});

describe('an artifact of a spec of the package', () => {
  it('is made again by its name, wherever the package lies', async () => {
    const argv = ['compile', 'resnet18', '--target', 'onnx', '--no-verify', '-o', 'made'];
    const { exitCode } = await rcc(...argv);
    expect(exitCode).toBe(0);
    const { readFileSync } = await import('node:fs');
    const manifest = JSON.parse(readFileSync('made/manifest.json', 'utf8'));
    expect(manifest.command.slice(0, 2)).toEqual(['compile', 'resnet18']);
  });
});
