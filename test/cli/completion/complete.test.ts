import type { Command, Option } from 'commander';
import { Command as Program } from 'commander';
import { describe, expect, it } from 'vitest';
import { findGpu } from '../../../engines/tensorrt/planning/gpu.ts';
import { commands } from '../../../src/cli/commands.ts';
import { completedGpus } from '../../../src/cli/completion/gpu-names.ts';
import { argumentSources, valuesOfOption } from '../../../src/cli/completion/values.ts';
import { rcc } from '../../helpers/cli.ts';

/** Values and files that are offered for the last of these words. */
async function offered(...words: readonly string[]) {
  const { exitCode, stdout, stderr } = await rcc('__complete', ...words);
  expect([exitCode, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  return {
    values: lines.slice(0, -1).map((line) => line.split('\t')[0]),
    paths: lines.at(-1),
  };
}

describe('rcc __complete', () => {
  it('knows the commands, and those of a group', async () => {
    const { values, paths } = await offered('');
    for (const { name } of commands) expect(values).toContain(name.split(' ')[0]);
    expect(values).toContain('help');
    expect(paths).toBe(':none');
    expect((await offered('farm', '')).values).toEqual([
      ...['plan', 'run', 'status', 'retry', 'cancel', 'collect'],
    ]);
  });

  it('knows the options of the command, those of targets too', async () => {
    const { values } = await offered('compile', 'resnet18', '--');
    expect(values).toEqual(
      expect.arrayContaining(['--fp16', '--help', '--weights', '--workspace']),
    );
    expect((await offered('check', '--')).values).not.toContain('--fp16');
    expect((await offered('verify', '--')).values).not.toContain('--iterations');
  });

  it('ends no description at an abbreviation', async () => {
    const { stdout } = await rcc('__complete', 'compile', 'resnet18', '--');
    expect(stdout).toMatch(/^--input-format\t.*, e\.g\. fp16:hwc8$/m);
    expect(stdout).not.toMatch(/\be\.g\.$/m);
  });

  it.each<[string[], string[], string]>([
    [['compile', '--target', ''], ['auto', 'tensorrt'], ':none'],
    [['compile', '--target='], ['--target=auto', '--target=tensorrt'], ':none'],
    [['bench', '--precision', 'fp32,'], ['fp32,int8', 'fp32,fp16'], ':none'],
    [['pack', '--gpu', ''], ['t4', 'h100'], ':none'],
    [['estimate', '--gpu', ''], ['t4', 'a100'], ':none'],
    [['pack', '--trt', ''], ['8.6', '10.16', '11.1'], ':none'],
    [['compile', '--typing', ''], ['auto', 'weak', 'strong'], ':none'],
    [['compile', '--timing-cache', ''], ['shared', 'none'], ':any'],
    [['compare', '--against', ''], ['mmdeploy-t4', 'published:t4'], ':none'],
    [['compile', '--print-after', ''], ['lower', 'foldBatchNorm'], ':none'],
    [['compile', '--weights', ''], [], ':any'],
    [['compile', '--output', ''], [], ':folders'],
    [['compile', '-o', ''], [], ':folders'],
    [['compile', '--fp16', ''], ['resnet18', 'timm/resnet50d'], ':.rn'],
    [['compile', 'resnet18', 'res'], ['resnet50_vd'], ':.rn'],
    [['deploy', 'a', '--to', ''], ['triton'], ':none'],
    [['explain', ''], ['shortcut', 'unknown-depth'], ':none'],
    [['help', ''], ['compile', 'tensorrt'], ':none'],
    [['check-engine', 'a', ''], [], ':folders'],
    [['completion', 'install', ''], ['bash', 'zsh', 'fish'], ':none'],
    [['diagnose', 'spec', 'picture', ''], [], ':none'],
    [['compile', '--', '-'], ['resnet18'], ':.rn'],
    [['no-such-command', ''], [], ':none'],
  ])('%j', async (words, values, paths) => {
    const found = await offered(...words);
    expect(found.values).toEqual(expect.arrayContaining(values));
    expect(found.paths).toBe(paths);
    if (values.length === 0) expect(found.values).toEqual([]);
  });
});

/** Options whose values nobody can guess: numbers, names, addresses. */
const free =
  /^--(?:accuracy|aux-streams|batch|batches|budget|cache-|calibration-images|concurrency|deadline|device|duration|got|image|input|input-format|int8-keep|interval|iterations|jobs|keep-fp32|limit|max-batch|max-size|model|model-version|name|older-than|optimization-level|output-format|percentiles|profile|repeats|seed|server|server-timeout|shortcut|stable|storage-uri|streams|threads|threshold|timeout|top|trtexec-build-arg|trtexec-run-arg|warm-up|weights-key|workspace|allow-drop)/;

function declared(): readonly Command[] {
  return commands.map((definition) => {
    const command = new Program(definition.name.split(' ').at(-1));
    definition.declare(command);
    return command;
  });
}

describe('everything that takes a value', () => {
  it('is completed, or known to be free', async () => {
    const options = declared().flatMap((command) =>
      command.options
        .filter(({ required, optional }) => required || optional)
        .map((option): [Option, Command] => [option, command]),
    );
    const bare: string[] = [];
    for (const [option, command] of options) {
      const { values, paths } = await valuesOfOption(option, command);
      const isBare = values.length === 0 && paths === 'none';
      if (isBare && !free.test(option.long ?? '')) bare.push(`${command.name()} ${option.flags}`);
    }
    expect(bare).toEqual([]);
  });

  it('is an argument with a source or choices', () => {
    const names = declared().flatMap(({ registeredArguments }) =>
      registeredArguments.filter(({ argChoices }) => !argChoices).map((one) => one.name()),
    );
    expect(names.filter((name) => !Object.hasOwn(argumentSources, name))).toEqual([]);
  });

  it('is a GPU that planning knows', () => {
    expect(completedGpus.filter((name) => findGpu(name) === undefined)).toEqual([]);
  });
});
