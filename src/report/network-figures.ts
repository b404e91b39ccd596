import { type CatalogueEntry, readCatalogue } from './catalogue.ts';
import { readFigures } from './published.ts';

/** What was published of a network that has a spec in the package. */
export interface NetworkFigures {
  /** Shares. */
  readonly top1?: number;
  readonly top5?: number;
  /** Milliseconds of TensorRT at each of `publishedBatches`, by GPU and precision: `t4-fp16`. */
  readonly latencyMs: ReadonlyMap<string, readonly number[]>;
}

/** Batches of every published table. */
export const publishedBatches: readonly number[] = [1, 4, 8];

function catalogueFigures({ weights, published }: CatalogueEntry): NetworkFigures {
  const { top1, top5 } = published ?? weights ?? {};
  const { t4_fp16, t4_fp32, v100_fp32 } = published ?? {};
  const times = { 't4-fp16': t4_fp16, 't4-fp32': t4_fp32, 'v100-fp32': v100_fp32 };
  return {
    ...(top1 === undefined ? {} : { top1: top1 / 100 }),
    ...(top5 === undefined ? {} : { top5: top5 / 100 }),
    latencyMs: new Map(Object.entries(times).flatMap(([id, ms]) => (ms ? [[id, ms]] : []))),
  };
}

/** Published figures by the name of the spec: `resnet50_vd`, `timm/resnet50d`. */
export async function publishedFigures(): Promise<ReadonlyMap<string, NetworkFigures>> {
  const [{ published }, catalogue] = [await readFigures(), await readCatalogue()];
  const own = published.models.map(({ spec, top1, top5, latencyMs }) => {
    const times = Object.entries(latencyMs).map(([id, byBatch]) => {
      const measured = new Map(Object.entries(byBatch));
      return [id, publishedBatches.flatMap((batch) => measured.get(String(batch)) ?? [])] as const;
    });
    return [spec, { top1, top5, latencyMs: new Map(times) }] as const;
  });
  return new Map<string, NetworkFigures>([
    ...own,
    ...catalogue.models.map((entry) => [entry.name, catalogueFigures(entry)] as const),
  ]);
}
