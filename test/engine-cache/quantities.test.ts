import { expect, it } from 'vitest';
import { formatSize, readAge, readSize } from '../../src/engine-cache/quantities.ts';

it.each([
  ['5GiB', 5 * 2 ** 30],
  ['500 MB', 5e8],
  ['1.5kib', 1536],
  ['0B', 0],
  ['5', undefined],
  ['-1GiB', undefined],
  ['GiB', undefined],
  ['1constructor', undefined],
])('the size %s', (text, sizeBytes) => {
  expect(readSize(text)).toBe(sizeBytes);
});

it.each([
  ['30d', 2_592_000_000],
  ['12h', 43_200_000],
  ['2w', 1_209_600_000],
  ['90', undefined],
  ['1y', undefined],
])('the age %s', (text, ms) => {
  expect(readAge(text)).toBe(ms);
});

it.each([
  [0, '0.0 MiB'],
  [2 ** 20, '1.0 MiB'],
  [20 * 2 ** 30, '20.0 GiB'],
])('%i bytes for people', (sizeBytes, text) => {
  expect(formatSize(sizeBytes)).toBe(text);
});
