import type { EngineFile } from '../../../engines/engine.ts';
import { least } from '../../collections/extremes.ts';
import { rebuildBeside } from '../../compile/rebuild-command.ts';
import { fail } from '../../diagnostics/diagnostic.ts';
import type { ModelGroup, ServedArtifact } from './group-artifacts.ts';
import { anyBatch, type FileFacts } from './model-facts.ts';

/** Largest batch of a file that takes any, unless told otherwise: what rcc verifies and times. A backend that fills requests up has 1. */
const usualBatch = 8;

/** The file that serves an artifact. */
export interface ServedFile {
  readonly artifact: ServedArtifact;
  readonly file: EngineFile;
  readonly batch: FileFacts['batch'];
}

export interface ServedBatch {
  /** 0: Triton makes none. */
  readonly maxBatch: number;
  readonly files: readonly [ServedFile, ...ServedFile[]];
}

function batchOf({ batches }: EngineFile): FileFacts['batch'] {
  if (batches === 'any') return { most: anyBatch };
  const { min, max } = batches;
  return min === 1 && max > 1 ? { most: max } : { fixed: min };
}

const rangeText = ({ batches }: EngineFile): string =>
  batches === 'any'
    ? 'any'
    : batches.min === batches.max
      ? `${batches.min}`
      : `${batches.min} to ${batches.max}`;

/** The command that builds the artifact with a batch that is free. */
function freeBatchCommand(artifact: ServedArtifact, most: number): string {
  const { directory, manifest, serving } = artifact;
  const set = serving.rangeFlag ? { [serving.rangeFlag]: `1:${most}:${most}` } : {};
  return rebuildBeside(manifest, directory, 'batched', { leave: ['--batch', '--batches'], set });
}

function failFixed(artifact: ServedArtifact, asked: number | undefined): never {
  const { directory, serving } = artifact;
  const batches = serving.engines.map(rangeText).join(', ');
  const rebuild = freeBatchCommand(artifact, asked || usualBatch);
  return fail('triton-batch-fixed', { directory, batches, rebuild });
}

/** The file that takes batches from 1 on; with 0 asked, the first of all, which takes the smallest. */
function fileFor(artifact: ServedArtifact, asked: number | undefined): ServedFile {
  const files = artifact.serving.engines.map((file) => ({ artifact, file, batch: batchOf(file) }));
  const free = files.find(({ batch }) => 'most' in batch);
  const [first] = files;
  return free ?? (asked === 0 && first ? first : failFixed(artifact, asked));
}

function mostOf({ batch }: ServedFile): number {
  return 'most' in batch ? batch.most : 0;
}

/** Which files serve a model, and in what batches. Throws DiagnosticError `triton-batch-fixed` with the command that cures it, or `triton-batch-needed`. */
export function chooseBatch({ artifacts }: ModelGroup, asked: number | undefined): ServedBatch {
  const [first, ...others] = artifacts;
  const { directory, serving } = first;
  if (asked === 0 && serving.padding) fail('triton-batch-needed', { directory });
  const files = [fileFor(first, asked), ...others.map((one) => fileFor(one, asked))] as const;
  const most = least(files.map(mostOf));
  const usual = serving.padding ? 1 : usualBatch;
  const maxBatch = asked ?? (most === anyBatch ? usual : most);
  return { maxBatch, files };
}
