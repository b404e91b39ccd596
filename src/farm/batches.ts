import { groupBy } from '../collections/group-by.ts';
import { sha256 } from '../io/sha256.ts';
import type { FarmTask } from './scheduler.ts';

/** Tasks that are handed over with one call. The same tasks make the same batch. */
export interface Batch {
  /** Digest of all that follows. */
  readonly name: string;
  readonly gpu: string;
  readonly minutes: number;
  readonly image: string | undefined;
  readonly excludeNodes: readonly string[];
  /** Keys in the order of the array's tasks. */
  readonly keys: readonly string[];
}

export interface BatchLimits {
  /** Most tasks in one batch. */
  readonly tasks: number;
  /** Most minutes that a task is given. */
  readonly minutes: number;
}

/** The next power of two: few arrays for many limits, and twice a limit is another array. */
function roundedMinutes(minutes: number, most: number): number {
  return Math.min(2 ** Math.ceil(Math.log2(Math.max(1, minutes))), most);
}

function slices<T>(list: readonly T[], length: number): readonly (readonly T[])[] {
  const count = Math.ceil(list.length / length);
  return Array.from({ length: count }, (_, i) => list.slice(i * length, (i + 1) * length));
}

function nameOf(parts: Omit<Batch, 'name'>): string {
  const { gpu, minutes, image = '', excludeNodes, keys } = parts;
  const text = JSON.stringify([gpu, minutes, image, excludeNodes, keys]);
  return sha256(text).slice(0, 12);
}

/** The same tasks, on any node. */
export function onAnyNode({ name: _, ...batch }: Batch): Batch {
  const parts = { ...batch, excludeNodes: [] };
  return { name: nameOf(parts), ...parts };
}

/** Tasks by GPU class, limit, image and excluded nodes, in the order in which they come. */
export function batchesOf(tasks: readonly FarmTask[], limits: BatchLimits): readonly Batch[] {
  const kinds = tasks.map(({ key, gpu, limitMinutes, image, excludeNodes = [] }) => ({
    key,
    gpu,
    minutes: roundedMinutes(limitMinutes, limits.minutes),
    image,
    excludeNodes: [...new Set(excludeNodes)].toSorted(),
  }));
  const groups = groupBy(kinds, ({ key: _, ...kind }) => JSON.stringify(kind));
  return [...groups.values()].flatMap((group) =>
    slices(group, limits.tasks).map((slice) => {
      const [{ key: _, ...kind }] = slice as [(typeof kinds)[number]];
      const parts = { ...kind, keys: slice.map(({ key }) => key) };
      return { name: nameOf(parts), ...parts };
    }),
  );
}
