import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rcc } from '../helpers/cli.ts';

const files = [
  'digits.rn',
  'labels.txt',
  'digits.safetensors',
  'reference.input.npy',
  'reference.logits.npy',
];

describe('rcc check of what a spec names', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const text = readFileSync('examples/digits/digits.rn', 'utf8');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcc-check-'));
    for (const name of files) cpSync(join('examples/digits', name), at(name));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function check(...options: readonly string[]) {
    const { exitCode, stdout } = await rcc('check', at('digits.rn'), '--json', ...options);
    const { result, diagnostics } = JSON.parse(stdout);
    const codes = diagnostics.map(({ code }: { code: string }) => code);
    return { exitCode, codes, diagnostics, files: result[0].files };
  }

  it('says that all of it is there and fits', async () => {
    expect(await check()).toMatchObject({
      exitCode: 0,
      codes: [],
      files: [
        { property: 'weights', ok: true },
        { property: 'labels', ok: true },
        { property: 'reference', ok: true },
      ],
    });
  });

  it('tells each file that does not fit, where the spec names it', async () => {
    writeFileSync(at('digits.rn'), text.replace(/classes +10/, 'classes 11'));
    const { exitCode, codes, diagnostics } = await check();
    expect(exitCode).not.toBe(0);
    expect(codes).toEqual([
      'labels-count',
      'weights-do-not-fit',
      'expectation-failed',
      'reference-shape',
    ]);
    for (const { span } of diagnostics) expect(span).toBeDefined();
    writeFileSync(at('digits.rn'), text);
  });

  it('tells each file that is not there; --no-files looks for none', async () => {
    for (const name of ['digits.safetensors', 'labels.txt']) rmSync(at(name));
    const { codes, diagnostics } = await check();
    expect(codes).toEqual(['file-not-found', 'file-not-found']);
    // The command has no option for either.
    const hints = diagnostics.map(({ hint }: { hint: string }) => hint);
    expect(hints).toEqual([
      expect.stringContaining('correct `labels` in the spec'),
      expect.stringContaining('correct `weights` in the spec'),
    ]);
    expect(await check('--no-files')).toMatchObject({ exitCode: 0, codes: [], files: [] });
    for (const name of files) cpSync(join('examples/digits', name), at(name));
  });

  it('tells the mistakes of a file from above, and the file beside its models', async () => {
    const file = at('two.rn');
    const first = 'model a {\n  depth 18\n  expect { params 5 }\n  labels "no.txt"\n}\n';
    writeFileSync(file, `${first}model b {\n  depth 19\n}\n`);
    const { stdout } = await rcc('check', file, '--json');
    const { diagnostics } = JSON.parse(stdout);
    expect(diagnostics.map(({ code }: { code: string }) => code)).toEqual([
      'expectation-failed',
      'file-not-found',
      'unknown-depth',
    ]);
    expect((await rcc('check', file)).stdout).toMatch(/\na .*\n.*two\.rn +mistakes: 1\n/);
  });

  it('--watch checks again after a change of a file that it reads, until it is interrupted', async () => {
    const argv = ['--import', 'tsx', 'src/cli/main.ts', 'check', '--watch', at('digits.rn')];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        told += data;
      });
    const until = async (part: string) => {
      while (!told.includes(part)) await new Promise((resolve) => setTimeout(resolve, 50));
      told = '';
    };
    await until('waiting for a change');
    writeFileSync(at('labels.txt'), 'one\n');
    await until('labels-count');
    cpSync('examples/digits/labels.txt', at('labels.txt'));
    await until('ok, with weights, labels, reference');
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(told).not.toMatch(/interrupted|error/i);
  });
});
