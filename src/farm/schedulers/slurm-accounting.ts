import { type Asking, ask } from './ask.ts';

/** A database that is slow is as good as none. */
const timeoutMs = 10_000;

/** Clocks of login node and controller may differ. */
const earlierMs = 3_600_000;

/** Slurm reads times in the time zone of the machine, without a mark for it. */
function slurmTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/**
 * How tasks ended, in Slurm's words (`TIMEOUT`, `NODE_FAIL`, `OUT_OF_MEMORY`), by id: a hint where no file tells. Without a database, or where it is
 * slow, nothing; no state is decided by it. `since` is when the first of them was submitted: without, Slurm answers for today only.
 */
export async function askAccounting(
  ids: readonly string[],
  since: Date,
  asking: Asking,
): Promise<ReadonlyMap<string, string>> {
  const jobs = [...new Set(ids.map((id) => id.split('_', 1)[0] ?? id))];
  const start = slurmTime(new Date(since.getTime() - earlierMs));
  const command = ['sacct', '-n', '-P', '-X', '-S', start, '-j', jobs.join(',')] as const;
  const answer = await ask([...command, '-o', 'JobID,State'], asking, { timeoutMs });
  const asked = new Set(ids);
  const rows = answer.lines.map((line) => line.split('|'));
  return new Map(
    rows.flatMap(([id = '', state = '']) =>
      asked.has(id) ? [[id, state.split(' ', 1)[0] ?? state] as const] : [],
    ),
  );
}
