import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, type Option } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { rcc } from '../helpers/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcc-mistakes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixtures = 'test/fixtures/weights';
const weights = `${fixtures}/neck4_d.safetensors`;
const spec = `${fixtures}/neck4_d.rn#neck4_d`;
const twin = join(folder, 'twin.rn');
writeFileSync(twin, 'model neck4_d { block basic stages [1] widths [8] input 64 }\n');
const taken = join(folder, 'taken.rn');
writeFileSync(taken, '# mine\n');
const huge = join(folder, 'huge.rn');
writeFileSync(huge, Buffer.alloc(300_000, ' '));
const labelled = join(folder, 'labelled.rn');
writeFileSync(labelled, 'model labelled { depth 18 labels "labels.txt" }\n');
writeFileSync(join(folder, 'labels.txt'), 'cat\ndog\n');

const artifact = join(folder, 'artifact');
mkdirSync(artifact);
writeFileSync(join(artifact, 'manifest.json'), '{}\n');

/** A mistake, and the exit code and hint that it ends with. */
const mistakes: readonly [code: string, exitCode: number, hint: RegExp, argv: readonly string[]][] =
  [
    ['not-a-spec', 2, /rcc init/, ['compile', weights]],
    ['file-not-found', 2, /rcc list/, ['check', join(folder, 'no.rn')]],
    ['weights-folder', 2, /the file with the weights/, ['compile', spec, '--weights', folder]],
    ['not-a-file', 2, /into a file/, ['compile', spec, '--weights', '/dev/null']],
    ['spec-too-large', 2, /^$/, ['check', huge]],
    [
      'weights-for-several-specs',
      2,
      /in its spec/,
      ['compile', `${fixtures}/neck4_d.rn`, '--weights', weights],
    ],
    ['model-twice', 2, /^$/, ['compile', spec, twin]],
    [
      'unknown-pass',
      2,
      /The passes are lower, foldBatchNorm/,
      ['compile', spec, '--print-after', 'x'],
    ],
    ['precision-not-of-target', 2, /openvino/, ['bench', spec, '--bf16', '--target', 'tensorrt']],
    ['reference-incomplete', 2, /^$/, ['verify', spec, '--input', `${fixtures}/input.64.npy`]],
    ['no-spec-there', 2, /`rcc check-engine .*`rcc rebuild /, ['verify', artifact]],
    ['command-line', 2, /--help/, ['doctor', '--force']],
    ['target-without-engine', 2, /^$/, ['verify', spec, '--target', 'onnx']],
    ['labels-count', 2, /^$/, ['compile', labelled, '--target', 'onnx', '-o', join(folder, 'out')]],
    ['file-exists', 2, /--force/, ['init', weights, '-o', taken]],
    ['file-unwritable', 4, /^$/, ['init', weights, '-o', '/dev/null/x.rn']],
    ['command-line', 2, /--help/, ['bench', spec, '--batch', '0']],
    ['command-line', 2, /Did you mean compile/, ['compil', spec]],
    ['unknown-name', 2, /unknown-depth/, ['explain', 'unknown-dept']],
  ];

describe('the help of a command', () => {
  it('tells every default in one form', async () => {
    for (const name of ['bench', 'compile', 'doctor']) {
      expect((await rcc(name, '--help')).stdout).not.toContain('Default:');
    }
    const { stdout } = await rcc('bench', '--help');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '--duration <MS> least time of counted runs, in milliseconds (default: 3000; rcc compile: 800)',
    );
  });
});

describe('a mistake on the command line', () => {
  it.each(mistakes)('%s ends with %i', async (code, exitCode, hint, argv) => {
    const outcome = await rcc(...argv, '--json');
    expect(outcome).toMatchObject({ exitCode, stderr: '' });
    const { ok, diagnostics } = JSON.parse(outcome.stdout);
    expect(ok).toBe(false);
    const errors = diagnostics.filter((one: Diagnostic) => one.severity === 'error');
    expect(errors).toMatchObject([{ code }]);
    expect(errors[0].hint ?? '').toMatch(hint);
  });

  const valued = commands.flatMap((definition) => {
    const words = definition.name.split(' ');
    const command = new Command(definition.name);
    definition.declare(command);
    const needed = command.registeredArguments.filter(({ required }) => required).map(() => 'x.rn');
    const required = command.options.filter(({ mandatory }) => mandatory);
    const others = (but: Option) =>
      required.filter((option) => option !== but).flatMap(({ long }) => [String(long), 'x']);
    return [
      ...command.registeredArguments.map((argument, index) => ({
        name: `${definition.name} ${argument.name()}`,
        argv: [
          ...words,
          ...needed.slice(0, index),
          '',
          ...needed.slice(index + 1),
          ...required.flatMap(({ long }) => [String(long), 'x']),
        ],
      })),
      ...command.options
        .filter((option) => option.required)
        .map((option) => ({
          name: `${definition.name} ${option.flags}`,
          argv: [...words, ...needed, ...others(option), `${option.long}=`],
        })),
    ];
  });

  it.each(valued)('an empty value is wrong use: $name', async ({ argv }) => {
    const { exitCode, stdout } = await rcc(...argv, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code: 'command-line' }]);
  });

  it('an empty value says which', async () => {
    for (const output of [['-o', ''], ['--output=']]) {
      const { stderr } = await rcc('compile', spec, ...output);
      expect(stderr).toContain("Option '-o, --output <dir>' has an empty value. [command-line]");
    }
    expect((await rcc('check', spec, '')).stderr).toContain("Argument 'specs' has an empty value.");
  });

  it('names the command that was meant, or rcc', async () => {
    expect(JSON.parse((await rcc('--json')).stdout).command).toBe('rcc');
    expect(JSON.parse((await rcc('compile', '--json')).stdout).command).toBe('compile');
  });

  it('leaves a file that was there as it was', async () => {
    await rcc('init', weights, '-o', taken);
    expect((await rcc('check', taken)).stderr).toContain('no-model');
  });
});
