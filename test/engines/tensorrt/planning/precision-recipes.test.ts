import { expect, test } from 'vitest';
import { tensorrtInt8Form } from '../../../../engines/tensorrt/planning/graph-form.ts';
import { tensorrtIntent } from '../../../../engines/tensorrt/planning/intent.ts';
import {
  graphFor,
  planPrecision,
} from '../../../../engines/tensorrt/planning/precision-recipes.ts';
import {
  resolveRelease,
  supportedReleases,
} from '../../../../engines/tensorrt/planning/release.ts';
import type { Diagnostic } from '../../../../src/diagnostics/diagnostic.ts';
import { expectDiagnostic } from '../../../helpers/byte-sources.ts';

type Given = NonNullable<Parameters<typeof tensorrtIntent>[0]>;

const graph = (given: Given, release: string) =>
  graphFor(tensorrtIntent(given), resolveRelease(release));

const int8 = { precision: 'int8', head: { layer: 'conv1x1', pool: 'GlobalAveragePool' } } as const;

test.each([
  [{ precision: 'fp32' }, '8.6', { precision: 'fp32' }],
  [{ precision: 'fp16' }, '8.6', { precision: 'fp32' }],
  [{ precision: 'fp16' }, '9.2', { precision: 'fp32' }],
  [{ precision: 'fp16' }, '10.4', { precision: 'fp16' }],
  [{ precision: 'int8' }, '8.6', { ...int8, int8Weights: 'float32' }],
  [{ precision: 'int8' }, '9.2', { ...int8, int8Weights: 'float32' }],
  [{ precision: 'int8' }, '9.3', { ...int8, int8Weights: 'float32', int8Rest: 'float16' }],
  [{ precision: 'int8' }, '10.0.0', { ...int8, int8Weights: 'int8', int8Rest: 'float16' }],
  [{ precision: 'int8', typing: 'weak' }, '10.4', { ...int8, int8Weights: 'int8' }],
  [{ precision: 'int8' }, '11.1', { ...int8, int8Weights: 'int8', int8Rest: 'float16' }],
] as const)('%j on %s is written as %j', (given, release, form) => {
  expect(graph(given, release)).toEqual({ int8Form: tensorrtInt8Form, ...form });
});

test('a typing that the release lacks is said before anything is written', async () => {
  const work = () => graph({ precision: 'int8', typing: 'strong' }, '8.6');
  const { message } = await expectDiagnostic(work, 'tensorrt-typing-lacking');
  expect(message).toContain('8.6.1');
});

/** What a recipe asks for on each release, as one line where it changes. */
function changes(given: Given): readonly string[] {
  let last = '';
  return supportedReleases.flatMap((release) => {
    const diagnostics: Diagnostic[] = [];
    const plan = planPrecision(tensorrtIntent(given), resolveRelease(release), diagnostics);
    const said = diagnostics.map(({ message }) => ` (${message})`).join('');
    const what = plan
      ? `${plan.graph}, ${plan.strong ? 'strong' : 'weak'}${plan.choosesTypes ? ', chooses types' : ''}: ${plan.options.join(' ')}`
      : 'none';
    const line = `${what}${said.replaceAll(release, 'it')}`;
    if (line === last) return [];
    last = line;
    return [`${release} ${line}`];
  });
}

test.each([
  [{ precision: 'fp32' }, ['8.5.1 fp32, weak: --noTF32', '11.0.0 fp32, strong: --noTF32']],
  [{ precision: 'fp32', tf32: true }, ['8.5.1 fp32, weak: ', '11.0.0 fp32, strong: ']],
  [
    { precision: 'fp16' },
    [
      '8.5.1 fp32, weak, chooses types: --fp16',
      '9.1.0 typed-fp16, strong: --stronglyTyped',
      '11.0.0 typed-fp16, strong: ',
    ],
  ],
  [
    { precision: 'int8' },
    [
      '8.5.1 int8-qdq, weak, chooses types: --int8 --fp16',
      '9.1.0 int8-qdq, strong: --stronglyTyped',
      '11.0.0 int8-qdq, strong: ',
    ],
  ],
  [
    { precision: 'fp16', typing: 'weak' },
    [
      '8.5.1 fp32, weak, chooses types: --fp16',
      '10.14.1 fp32, weak, chooses types: --fp16 (TensorRT it still takes --fp16 but calls it deprecated.)',
    ],
  ],
] as readonly (readonly [Given, readonly string[]])[])('%j, release by release', (given, lines) => {
  expect(changes(given).filter((line) => !line.includes('none'))).toEqual(lines);
});
