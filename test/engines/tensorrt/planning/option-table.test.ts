import { expect, test } from 'vitest';
import {
  acceptsOption,
  describeReleases,
  findOption,
  isDeprecated,
  optionNames,
  splitArgument,
} from '../../../../engines/tensorrt/planning/option-table.ts';
import {
  resolveRelease,
  supportedReleases,
} from '../../../../engines/tensorrt/planning/release.ts';
import { takes, warns } from '../../../stand-in/command-line.ts';
import { options, releases } from '../../../stand-in/option-table.ts';
import { releaseNamed } from '../../../stand-in/release.ts';

/** Releases after the last that was read are treated as that one is. */
const judged = [...supportedReleases, '11.5.0'];

/** Options and releases for which two answers differ. */
function differences(
  ours: (release: string, name: (typeof optionNames)[number]) => boolean,
  theirs: (release: string, name: string) => boolean,
): string[] {
  return optionNames.flatMap((name) =>
    judged
      .filter((release) => ours(release, name) !== theirs(release, name))
      .map((release) => `${name} ${release}`),
  );
}

test('the options and releases are those that the stand-in of trtexec knows', () => {
  expect([...optionNames].sort()).toEqual(Object.keys(options).sort());
  expect(supportedReleases).toEqual(releases.slice(-supportedReleases.length));
  expect(supportedReleases[0]).toBe('8.5.1');
});

test('an option is taken by the releases whose stand-in takes it', () => {
  const ours = differences(
    (release, name) => acceptsOption(resolveRelease(release), name),
    (release, name) => takes(releaseNamed(release), name),
  );
  expect(ours).toEqual([]);
});

test('an option is deprecated in the releases whose stand-in prints a warning', () => {
  const ours = differences(
    (release, name) => isDeprecated(resolveRelease(release), name),
    (release, name) => warns(releaseNamed(release), name),
  );
  // Its help alone says so.
  expect([...new Set(ours.map((text) => text.split(' ', 1)[0]))]).toEqual(['--weightless']);
});

test('a value has the form that the help of trtexec shows', () => {
  const formOf = (argument: string | null) => {
    if (argument === null) return 'flag';
    if (['=N', '=N (MiB)', '=R', '=T', '=ms', '=s'].includes(argument)) return 'number';
    return /^=[a-z_]+\|/.test(argument) ? argument.slice(1).split('|') : 'a path or text';
  };
  const free = (form: unknown) => (form === 'path' || form === 'text' ? 'a path or text' : form);
  const wrong = optionNames.filter(
    (name) =>
      JSON.stringify(free(findOption(name)?.value)) !==
      JSON.stringify(formOf(options[name]?.argument ?? null)),
  );
  expect(wrong).toEqual([]);
});

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
