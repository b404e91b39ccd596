import type { Precision } from '../../engines/engine.ts';

/** What figures are of; a part that is absent: of all. */
export interface Setting {
  readonly device?: string;
  readonly model?: string;
  readonly precision?: Precision;
  readonly batch?: number;
}

/** Settings that the page lets the reader pick, and what it shows first of each. */
export type Picker = { readonly [Name in keyof Setting]?: Setting[Name] | 'all' };

export const settingNames = ['device', 'model', 'precision', 'batch'] as const;

/** Batch 1 where something at the rest of the setting has it, else the least. */
export function firstBatch(all: readonly Setting[], { device, model }: Setting = {}): number {
  const here = all.filter(
    (each) =>
      (device === undefined || each.device === device) &&
      (model === undefined || each.model === model),
  );
  const batches = here.flatMap(({ batch }) => batch ?? []).toSorted((a, b) => a - b);
  return batches.includes(1) ? 1 : (batches[0] ?? 1);
}
