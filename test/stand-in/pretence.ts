import { writeFileSync } from 'node:fs';
import type { ByteSource } from '../../codegen/tensors/byte-source.ts';
import type { ParsedCommandLine } from './command-line.ts';
import type { EngineHeader } from './engine-file.ts';
import { failures, type Moment } from './failures.ts';
import { orderOf } from './release.ts';
import { readSettings } from './settings.ts';

/* What the stand-in pretends to be in this process, for every step of it. */
export const settings = readSettings(process.env);
export const { release, gpu } = settings;
export const since = (version: string): boolean => release.order >= orderOf(version);

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

/** What an engine of this header and its ONNX file says about its layers. */
async function layerFacts(header: EngineHeader, onnx: ByteSource, batch: number) {
  const { readOnnx } = await import('../../codegen/onnx/read.ts');
  const { verbosity, weak, computeCapability } = header;
  const { flaw } = settings;
  const options = { release, computeCapability, verbosity, flaw, batch, ...(weak ? { weak } : {}) };
  return [await readOnnx(onnx), options] as const;
}

/** Writes what --exportLayerInfo and --exportProfile ask for; the times are invented. */
export async function exportLayers(
  { options }: ParsedCommandLine,
  header: EngineHeader,
  onnx: ByteSource,
): Promise<void> {
  const layers = options.get('--exportLayerInfo');
  const profile = options.get('--exportProfile');
  if ((!layers && !profile) || settings.flaw === 'missing') return;
  const { layerInfoText, layerNames } = await import('./layer-info.ts');
  const batch = batchOf(options.get('--shapes')) ?? header.batches?.[1] ?? 1;
  const facts = await layerFacts(header, onnx, batch);
  if (layers) writeFileSync(layers, layerInfoText(...facts));
  if (profile) writeFileSync(profile, profileText(layerNames(...facts)));
}

function profileText(names: readonly string[]): string {
  const rows = names.map(
    (name) =>
      `{ "name" : "${name}", "timeMs" : 10, "averageMs" : 0.1, "medianMs" : 0.1, "percentage" : ${100 / names.length} }`,
  );
  return `[\n  { "count" : 100 }\n, ${rows.join('\n, ')}\n]\n`;
}
