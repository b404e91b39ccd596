import { expect, test } from 'vitest';
import { appendArguments } from '../../../../engines/tensorrt/planning/extra-arguments.ts';
import { resolveRelease } from '../../../../engines/tensorrt/planning/release.ts';
import type { Diagnostic } from '../../../../src/diagnostics/diagnostic.ts';

function append(extra: readonly string[], planned: readonly string[] = [], release = '10.4') {
  const diagnostics: Diagnostic[] = [];
  const args = appendArguments(planned, extra, resolveRelease(release), diagnostics);
  return { args, messages: diagnostics.map(({ message }) => message) };
}

test('arguments follow those of the plan, in order', () => {
  const extra = ['--noBuilderCache', '--avgTiming=2', '--useRuntime=full', '--calib=a b'];
  expect(append(extra, ['--onnx=m'])).toEqual({ args: ['--onnx=m', ...extra], messages: [] });
});

test.each([
  [
    '--maxTactics=1',
    '10.3',
    "--maxTactics=1 needs trtexec's --maxTactics (10.4.0 and later), which TensorRT 10.3.0 does not take.",
  ],
  ['--maxTactic=1', '10.4', 'No release of trtexec has the option --maxTactic.'],
  ['--onnx=x', '10.4', '--onnx is already part of the command.'],
  [
    '--noBuilderCache=',
    '10.4',
    '--noBuilderCache=: this option of trtexec takes no value, and would be on whatever follows.',
  ],
  [
    '--noBuilderCache=1',
    '10.4',
    '--noBuilderCache=1: this option of trtexec takes no value, and would be on whatever follows.',
  ],
  [
    '--avgTiming=x',
    '10.4',
    '--avgTiming=x: this option of trtexec needs a value (number) after =.',
  ],
  ['--avgTiming=', '10.4', '--avgTiming=: this option of trtexec needs a value (number) after =.'],
  ['--calib', '10.4', '--calib: this option of trtexec needs a value (path) after =.'],
  [
    '--useRuntime=slow',
    '10.4',
    '--useRuntime=slow: this option of trtexec needs a value (full|dispatch|lean) after =.',
  ],
])('%s on %s', (argument, release, message) => {
  const result = append([argument], ['--onnx=m'], release);
  expect(result.messages).toEqual([message]);
  // What was asked for stays in the command, which is not run.
  expect(result.args).toEqual(['--onnx=m', argument]);
});

test('an argument twice', () => {
  expect(append(['--avgTiming=2', '--avgTiming=3']).messages).toEqual([
    '--avgTiming is already part of the command.',
  ]);
});
