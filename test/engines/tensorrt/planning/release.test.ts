import { describe, expect, test } from 'vitest';
import {
  parseBanner,
  releaseNotes,
  resolveRelease,
  supportedReleases,
} from '../../../../engines/tensorrt/planning/release.ts';
import { newestCovered } from '../../../../engines/tensorrt/planning/release-order.ts';
import { diagnosticsOf } from '../helpers.ts';

describe('banners', () => {
  test.each([
    ['&&&& RUNNING TensorRT.trtexec [TensorRT v8503] # trtexec --onnx=a', '8.5.3', undefined],
    ['&&&& RUNNING TensorRT.trtexec [TensorRT v8602] # trtexec', '8.6.2', undefined],
    ['&&&& PASSED TensorRT.trtexec [TensorRT v9300] # trtexec', '9.3.0', undefined],
    ['&&&& RUNNING TensorRT.trtexec [TensorRT v100400] [b26] # trtexec', '10.4.0', 26],
    ['&&&& FAILED TensorRT.trtexec [TensorRT v101303] [b9] # trtexec', '10.13.3', 9],
    ['worker | &&&& RUNNING TensorRT.trtexec [TensorRT v110100] [b106] #', '11.1.0', 106],
    ['&&&& RUNNING TensorRT.trtexec [TensorRT v7203] # trtexec', '7.2.3', undefined],
  ])('%s', (line, version, build) => {
    const banner = parseBanner(line);
    expect(banner?.version).toBe(version);
    expect(banner?.build).toBe(build);
  });

  test('the state is told', () => {
    expect(parseBanner('&&&& PASSED TensorRT.trtexec [TensorRT v8601] # x')?.state).toBe('PASSED');
  });

  test.each(['RUNNING', 'PASSED', 'FAILED', 'WAIVED'])('a run that is %s', (state) => {
    expect(parseBanner(`&&&& ${state} TensorRT.trtexec [TensorRT v8601] # x`)).toEqual({
      state,
      version: '8.6.1',
    });
  });

  test.each([
    '',
    '&&&& RUNNING TensorRT.other [v8601]',
    '[TensorRT v8601]',
  ])('no banner: %j', (line) => expect(parseBanner(line)).toBeUndefined());
});

describe('releases', () => {
  test.each([
    // A line alone is its newest patch.
    ['8.6', '8.6.1', 80601],
    ['10.14', '10.14.1', 101401],
    ['10.4.0.26', '10.4.0', 100400],
    // A patch that is not covered is treated as the one before it.
    ['8.6.3', '8.6.3', 80601],
    ['10.16.1', '10.16.1', 101600],
    ['9.2.0', '9.2.0', 80601],
    ['9.2', '9.2.0', 80601],
    ['9.3.0', '9.3.0', 90300],
    ['9.0.1', '9.0.1', 80601],
    ['11.5', '11.5.0', 110100],
    ['12.0', '12.0.0', 110100],
  ])('%s', (text, version, tableOrder) => {
    expect(resolveRelease(text)).toMatchObject({ version, tableOrder });
  });

  test('a major number alone is the newest that is covered, which is a note', () => {
    expect(resolveRelease('10')).toMatchObject({ version: '10.16.0', tableOrder: 101600 });
    expect(resolveRelease('v8').version).toBe('8.6.1');
    expect(releaseNotes(resolveRelease('10')).map(({ message }) => message)).toEqual([
      '--trt 10 is taken for 10.16.0, the newest 10.x that rcc knows.',
    ]);
  });

  test('a release without a table of its own is a note', () => {
    const messages = (text: string) => releaseNotes(resolveRelease(text)).map((d) => d.message);
    expect(messages('11.5')).toEqual([
      `TensorRT 11.5.0 is newer than any release rcc knows; it is treated as ${newestCovered}.`,
    ]);
    expect(messages('9.0')).toEqual([
      'rcc has no option table for TensorRT 9.0.0; it is treated as 8.6.1.',
    ]);
    expect(messages('10.16.1')).toEqual([]);
  });

  test.each([
    ['8.5', 80503],
    ['v10.4', 100400],
    ['10.4.0', 100400],
    ['8.5.0', 80500],
    ['10.99', 109900],
  ])('%s has the order %i', (text, order) => {
    expect(resolveRelease(text).order).toBe(order);
  });

  test('the newest that is covered is not newer than what is covered', () => {
    const later = `${newestCovered.split('.').slice(0, 2).join('.')}.9`;
    expect(releaseNotes(resolveRelease(newestCovered))).toEqual([]);
    expect(releaseNotes(resolveRelease(later))).toEqual([]);
  });

  test.each([
    ['ten', "'ten' is not a release of TensorRT."],
    ['12', 'rcc knows no TensorRT 12; the newest release that it knows is 11.1.0.'],
    ['7', 'TensorRT 7 is older than 8.5, the first release rcc drives.'],
    ['10.', "'10.' is not a release of TensorRT."],
    ['10.4.0.26.1', "'10.4.0.26.1' is not a release of TensorRT."],
    ['10.4x', "'10.4x' is not a release of TensorRT."],
    ['8.4', 'TensorRT 8.4 is older than 8.5, the first release rcc drives.'],
    ['8.4.3', 'TensorRT 8.4.3 is older than 8.5, the first release rcc drives.'],
  ])('%s is refused in words', async (text, message) => {
    const [diagnostic] = await diagnosticsOf((async () => resolveRelease(text))());
    expect(diagnostic?.message).toBe(message);
  });

  test('what is no release, or too old, is refused', async () => {
    const codeOf = async (text: string) =>
      (await diagnosticsOf((async () => resolveRelease(text))()))[0]?.code;
    expect(await codeOf('ten')).toBe('tensorrt-release-unreadable');
    expect(await codeOf('12')).toBe('tensorrt-release-unknown');
    expect(await codeOf('8.4')).toBe('tensorrt-release-too-old');
    expect(await codeOf('7.2.3')).toBe('tensorrt-release-too-old');
  });

  test('every covered release from 8.5 on is driven', () => {
    expect(supportedReleases[0]).toBe('8.5.1');
    expect(supportedReleases.at(-1)).toBe(newestCovered);
    expect(supportedReleases).toHaveLength(29);
  });
});
