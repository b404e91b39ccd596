import { ownValue } from '../../../collections/own-value.ts';
import type { StoredEntry } from '../../../engine-cache/list.ts';
import { formatSize, formatTime } from '../../../engine-cache/quantities.ts';
import { formatTable, type TextTable } from '../../table.ts';

/** As people name an engine of the cache. */
export const shortDigest = (digest: string): string => digest.slice(0, 12);

/** An entry, as --json gives it. */
export function dataOf({ digest, entry, sizeBytes, usedAtMs }: StoredEntry) {
  const usedAt = new Date(usedAtMs).toISOString();
  if (!entry) return { digest, sizeBytes, usedAt, isDamaged: true };
  const { model, key, builtAt, builtFor } = entry;
  return { digest, model, builtFor, key, builtAt, usedAt, sizeBytes };
}

function cellsOf({ digest, entry, sizeBytes, usedAtMs }: StoredEntry): readonly string[] {
  const part = (name: string): string => (entry && ownValue(entry.key, name)) ?? '';
  return [
    shortDigest(digest),
    entry?.model ?? 'damaged',
    part('precision'),
    part('batches'),
    part('target'),
    part('release'),
    entry?.builtFor ?? '',
    formatSize(sizeBytes),
    formatTime(usedAtMs).replace(' UTC', ''),
  ];
}

const head = [
  'engine',
  'model',
  'precision',
  'batches',
  'target',
  'release',
  'GPU',
  'size',
  'used (UTC)',
];

/** What a narrow window can do without. */
const spare = ['batches', 'release', 'target', 'used (UTC)', 'precision'];
const align = ['left', 'left', 'left', 'left', 'left', 'left', 'left', 'right', 'left'] as const;

export function entriesTable(stored: readonly StoredEntry[]): TextTable {
  return formatTable(head, stored.map(cellsOf), align, spare);
}

export function totalBytes(stored: readonly StoredEntry[]): number {
  return stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** `1 engine, 0.4 MiB`. */
export function countText(stored: readonly StoredEntry[]): string {
  const engines = stored.length === 1 ? '1 engine' : `${stored.length} engines`;
  return `${engines}, ${formatSize(totalBytes(stored))}`;
}
