import { writeFileSync } from 'node:fs';
import { orderOf } from '../../engines/tensorrt/release.ts';
import type { ParsedCommandLine } from './command-line.ts';
import { failures, type Moment } from './failures.ts';
import type { LoadedModel } from './model.ts';
import { readSettings } from './settings.ts';

/* What the stand-in pretends to be in this process, for every step of it. */
export const settings = readSettings(process.env);
export const { release, gpu } = settings;
export const since = (version: string): boolean => release.tableOrder >= orderOf(version);

/** Fails here, if this is the moment of the failure that was asked for. */
export async function strike(moment: Moment, parsed: ParsedCommandLine): Promise<void> {
  const [name = '', kind] = (settings.failure ?? '').split('@');
  const failure = failures[name];
  const now = parsed.options.has('--loadEngine') ? 'load' : 'build';
  const asked = parsed.help && name !== 'missing-library';
  if (failure?.moment !== moment || (kind && kind !== now) || asked) return;
  await failure.strike({ release, options: parsed.options });
}

/** Batch of a shapes option; undefined where it was not given. */
export function batchOf(option: string | undefined): number | undefined {
  const [, batch] = /:(\d+)x/.exec(option ?? '') ?? [];
  return batch === undefined ? undefined : Number(batch);
}

export function exportLayers(path: string | undefined, { inputs, session }: LoadedModel): void {
  if (!path) return;
  const names = [...inputs.map(({ name }) => name), ...session.outputNames];
  const tensors = since('11.0.0')
    ? { 'I/O Tensors': names.map((Name) => ({ Name })) }
    : { Bindings: names };
  writeFileSync(path, JSON.stringify({ Layers: ['stand-in: no kernels'], ...tensors }));
}
