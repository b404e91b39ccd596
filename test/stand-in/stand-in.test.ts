import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { standInTable } from '../../scripts/stand-in-table.ts';
import { parseCommandLine, takes } from './command-line.ts';
import { options, releases } from './option-table.ts';
import { gpus } from './pretended-gpu.ts';
import { orderOf, releaseNamed } from './release.ts';

const folder = new URL('../../../shared/trtexec/', import.meta.url).pathname;
const hasSheets = existsSync(folder);
const sheetOf = (name: string) => JSON.parse(readFileSync(`${folder}${name}`, 'utf8'));
const sheet = hasSheets ? sheetOf('options.json') : { valueBehaviour: [], options: [] };

/** What rcc drives: 8.5 and later. */
const driven = releases.filter((release) => orderOf(release) >= orderOf('8.5.0'));

interface Behaviour {
  case: string;
  arguments: string;
  byRelease: { from: string; to: string; result: string }[];
}

const isBetween = (release: string, first: string, last: string): boolean =>
  orderOf(first) <= orderOf(release) && orderOf(release) <= orderOf(last);

function resultOf(args: readonly string[], release: string): string {
  const parsed = parseCommandLine(args, releaseNamed(release));
  if (parsed.help) return 'help';
  if (parsed.complaints.length > 0 && parsed.unknown.length === 0) return 'reject';
  if (parsed.unknown.length > 0) return 'reject-unknown';
  return parsed.warnings.length > 0 ? 'accept+warning' : 'accept';
}

describe.skipIf(!hasSheets)('the stand-in’s option parser (needs ../shared/trtexec)', () => {
  test.each(sheet.valueBehaviour as Behaviour[])('$case: $arguments', ({
    arguments: text,
    byRelease,
  }) => {
    const args = text.split(' ');
    const wrong = driven.flatMap((release) => {
      const row = byRelease.find(({ from, to }) => isBetween(release, from, to));
      const found = resultOf(args, release);
      return row && row.result !== found ? [`${release}: ${found}, not ${row.result}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test('its table is the one that scripts/trtexec-tables.ts makes of the sheet', () => {
    expect({ releases, options }).toEqual(standInTable(sheet));
  });

  test('it takes an option in the releases of which the sheet says so', () => {
    const wrong: string[] = [];
    for (const { name, firstAccepted, lastAccepted, removed, gaps = [] } of sheet.options) {
      const last = removed ? lastAccepted.version : '99.0.0';
      for (const release of releases) {
        const isAbsent = gaps.some((gap: { absentFrom: string; absentThrough: string }) =>
          isBetween(release, gap.absentFrom, gap.absentThrough),
        );
        const expected = isBetween(release, firstAccepted.version, last) && !isAbsent;
        if (takes(releaseNamed(release), name) !== expected) wrong.push(`${name} ${release}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(sheet.options).toHaveLength(140);
  });

  test('it supports a GPU in the releases of which the sheet says so', () => {
    const versions = new Map<string, string>(
      sheet.coverage.tags.map(({ tag, version }: Record<string, string>) => [tag, version]),
    );
    const wrong: string[] = [];
    for (const { tags, supported } of sheetOf('gpus.json').lines) {
      const all = tags.map((tag: string) => orderOf(versions.get(tag) ?? ''));
      const orders = all.filter((order: number) => order >= orderOf('8.5.0'));
      for (const { name, computeCapability, until = '99.0.0' } of Object.values(gpus)) {
        const expected = supported[computeCapability];
        // Where the sheet knows nothing, the stand-in is kind.
        if (expected === null) continue;
        const differs = orders.filter((order: number) => order < orderOf(until) !== expected);
        wrong.push(...differs.map((order: number) => `${name} ${order}`));
      }
    }
    expect(wrong).toEqual([]);
  });
});

test('a release is named by its line or in full', () => {
  const names = ['8.5', '10.13', '10.13.2', '11.5'];
  expect(names.map((name) => releaseNamed(name))).toEqual([
    { version: '8.5.3', order: 80503 },
    { version: '10.13.3', order: 101303 },
    { version: '10.13.2', order: 101302 },
    { version: '11.5.0', order: 110500 },
  ]);
});
