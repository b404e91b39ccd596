import { expect, test } from 'vitest';
import {
  acceptsOption,
  describeReleases,
  findOption,
  isDeprecated,
  splitArgument,
} from '../../../../engines/tensorrt/planning/option-table.ts';
import {
  resolveRelease,
  supportedReleases,
} from '../../../../engines/tensorrt/planning/release.ts';

test('an option is taken from its first release to its last, both of them', () => {
  const takes = supportedReleases.filter((text) => acceptsOption(resolveRelease(text), '--fp16'));
  expect([takes[0], takes.at(-1)]).toEqual(['8.5.1', '10.16.0']);
  const skips = supportedReleases.filter((text) =>
    acceptsOption(resolveRelease(text), '--maxTactics'),
  );
  expect([skips[0], skips.at(-1)]).toEqual(['10.4.0', supportedReleases.at(-1)]);
});

test('an option is called deprecated from the release that says so to its last', () => {
  const warned = supportedReleases.filter((text) => isDeprecated(resolveRelease(text), '--fp16'));
  expect([warned[0], warned.at(-1)]).toEqual(['10.14.1', '10.16.0']);
  expect(isDeprecated(resolveRelease('11.5'), '--maxTactics')).toBe(false);
});

test('the releases of an option are told to people', () => {
  expect(describeReleases('--maxTactics')).toBe('10.4.0 and later');
  expect(describeReleases('--fp16')).toBe('8.0.1 to 10.16.0');
});

test('an option that went and came back is not taken in between', () => {
  const name = '--consistency';
  const takes = supportedReleases.filter((text) => acceptsOption(resolveRelease(text), name));
  expect(takes.filter((text) => /^10\.(3|4|9|10|12|13)\./.test(text))).toEqual([
    '10.3.0',
    '10.13.0',
    '10.13.2',
    '10.13.3',
  ]);
  expect(describeReleases(name)).toBe('8.2.0 to 10.3.0, 10.13.0 and later');
});

test('a word that every object has is no option', () => {
  expect(findOption('constructor')).toBeUndefined();
  expect(findOption('--onnx')?.name).toBe('--onnx');
});

test.each([
  ['--onnx=a=b', '--onnx', 'a=b'],
  ['--fp16', '--fp16', undefined],
  ['--fp16=', '--fp16', ''],
  ['=x', '', 'x'],
])('%s splits at the first =', (argument, name, value) => {
  expect(splitArgument(argument)).toEqual({ name, value });
});
