import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { readText } from '../../io/open-file.ts';
import { readJsonAs } from '../../io/outside-json.ts';
import { nameOfHost } from '../../io/partial-names.ts';
import type { SchedulerName } from '../scheduler.ts';
import { writeWhole } from '../write-whole.ts';

/** What a farm knows of a queue on a machine without a scheduler: where it is, and which tasks it was given. */
const recordSchema = z.object({
  on: z.enum(['ssh', 'local']),
  /** As ssh takes it; for `local` the name of the machine. */
  host: z.string(),
  /** The farm's folder there. */
  directory: z.string(),
  keys: z.array(z.string()),
});

export type QueueRecord = z.output<typeof recordSchema>;
export type NamedRecord = QueueRecord & { readonly queue: string };

const folder = 'queues';

/** A name that no other queue has. */
export function newQueueName(host: string): string {
  const time = Date.now().toString(36);
  return `${nameOfHost(host)}-${time}${randomBytes(3).toString('hex')}`;
}

/** The name of this machine, as queues of `local` have it. */
export const thisHost = hostname();

export async function writeRecord(farm: string, { queue, ...record }: NamedRecord): Promise<void> {
  await writeWhole(join(farm, folder, `${queue}.json`), `${JSON.stringify(record)}\n`);
}

/** Records of all queues that this kind of scheduler has made; one that is damaged is passed over: its attempts still tell. */
export async function readRecords(farm: string, on: SchedulerName): Promise<NamedRecord[]> {
  const names = await readdir(join(farm, folder)).catch(() => []);
  const found: NamedRecord[] = [];
  for (const name of names.filter((one) => one.endsWith('.json')).toSorted()) {
    const text = await readText(join(farm, folder, name), 'record of a queue');
    const { value } = readJsonAs(recordSchema, text);
    if (value?.on === on) found.push({ queue: name.slice(0, -'.json'.length), ...value });
  }
  return found;
}

/** `<queue>_<number>` without the number. */
export function queueOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('_')));
}
