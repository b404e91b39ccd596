import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

export interface RoomResult {
  readonly room: string;
  readonly noticed: number;
  readonly survived: number;
  /** Lines that no test of the room runs. */
  readonly uncovered: number;
  /** Noticed of all that could be. */
  readonly share: number;
  readonly survivors: readonly MutantResult[];
}

/** A runtime error: no test failed, but a test file did not load (vitest.config.ts). */
const noticed = new Set(['Killed', 'Timeout', 'RuntimeError']);
const missed = new Set(['Survived', 'NoCoverage']);

export function summarize(room: string, results: readonly MutantResult[]): RoomResult {
  const count = (statuses: ReadonlySet<string>): number =>
    results.filter(({ status }) => statuses.has(status)).length;
  const survivors = results.filter(({ status }) => missed.has(status));
  const killed = count(noticed);
  const tried = killed + survivors.length;
  return {
    room,
    noticed: killed,
    survived: count(new Set(['Survived'])),
    uncovered: count(new Set(['NoCoverage'])),
    share: tried === 0 ? 1 : Math.round((killed / tried) * 1000) / 1000,
    survivors,
  };
}

/** Places count from 1. */
function line({ fileName, location, status, mutatorName, replacement }: MutantResult): string {
  const { start, end } = location;
  const path = relative('.', fileName);
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const last = lines.pop() ?? '';
  const before = [...lines, last.slice(0, end.column - 1)].join('\n').slice(start.column - 1);
  const oneLine = (text = ''): string => text.replaceAll(/\s+/g, ' ');
  const kind = status === 'NoCoverage' ? `${mutatorName}, not run` : mutatorName;
  return `${path}:${start.line}:${start.column} (${kind}) ${oneLine(before)} → ${oneLine(replacement)}\n`;
}

/** A line for each fault that no test noticed: place, kind, before and after. */
export function survivorsText({ survivors }: RoomResult): string {
  return survivors.map(line).join('');
}
