import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { acceptsOption, findOption } from '../../engines/tensorrt/planning/option-table.ts';
import {
  oldestSupportedOrder,
  orderOf,
  resolveRelease,
  supportedReleases,
} from '../../engines/tensorrt/planning/release.ts';
import { parseCommandLine } from './command-line.ts';

const sheet = new URL('../../../shared/trtexec/options.json', import.meta.url).pathname;

interface Behaviour {
  case: string;
  arguments: string;
  byRelease: { from: string; to: string; result: string }[];
}

function resultOf(args: readonly string[], release: string): string {
  const parsed = parseCommandLine(args, resolveRelease(release));
  if (parsed.help) return 'help';
  if (parsed.complaints.length > 0 && parsed.unknown.length === 0) return 'reject';
  if (parsed.unknown.length > 0) return 'reject-unknown';
  return parsed.warnings.length > 0 ? 'accept+warning' : 'accept';
}

describe.skipIf(!existsSync(sheet))(
  'the stand-in’s option parser (needs ../shared/trtexec)',
  () => {
    const { valueBehaviour, options } = existsSync(sheet)
      ? JSON.parse(readFileSync(sheet, 'utf8'))
      : { valueBehaviour: [], options: [] };

    test.each(valueBehaviour as Behaviour[])('$case: $arguments', ({
      arguments: text,
      byRelease,
    }) => {
      const args = text.split(' ');
      const wrong = supportedReleases.flatMap((release) => {
        const order = orderOf(release);
        const row = byRelease.find(
          ({ from, to }) => orderOf(from) <= order && order <= orderOf(to),
        );
        const found = resultOf(args, release);
        return row && row.result !== found ? [`${release}: ${found}, not ${row.result}`] : [];
      });
      expect(wrong).toEqual([]);
    });

    test('the option table says of every option and release what the sheet says', () => {
      const wrong: string[] = [];
      for (const option of options) {
        const row = findOption(option.name);
        const first = orderOf(option.firstAccepted.version);
        const last = option.removed ? orderOf(option.lastAccepted.version) : Infinity;
        for (const release of supportedReleases.filter((r) => orderOf(r) >= oldestSupportedOrder)) {
          const order = orderOf(release);
          const gap = (option.gaps ?? []).some(
            (g: { absentFrom: string; absentThrough: string }) =>
              orderOf(g.absentFrom) <= order && order <= orderOf(g.absentThrough),
          );
          const expected = first <= order && order <= last && !gap;
          const found = row !== undefined && acceptsOption(resolveRelease(release), row.name);
          if (found !== expected) wrong.push(`${option.name} ${release}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(options).toHaveLength(140);
    });
  },
);
