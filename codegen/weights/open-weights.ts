import { fail } from '../../src/diagnostics/diagnostic.ts';
import { type Packer, packers } from '../../src/diagnostics/messages/weights-formats.ts';
import {
  type OtherFormatName,
  otherFormatNames,
} from '../../src/diagnostics/messages/weights-others.ts';
import type { ByteSource } from '../tensors/byte-source.ts';
import { openPdparams } from './formats/pdparams.ts';
import { openSafetensors } from './formats/safetensors.ts';
import { type OpenBeside, openShardedWeights, readWeightMap } from './formats/shards.ts';
import { type FileKind, recogniseFile, signatureBytes } from './formats/signatures.ts';
import { openTorchLegacy } from './formats/torch-legacy.ts';
import type { WeightsFile } from './weights-file.ts';

/** Zip readers are loaded when a zip is met: yauzl is the one dependency of this room. */
async function openZipWeights(source: ByteSource): Promise<WeightsFile> {
  const [{ openZip }, torch, exported, npz] = await Promise.all([
    import('./formats/zip-archive.ts'),
    import('./formats/torch-zip.ts'),
    import('./formats/exported-program.ts'),
    import('./formats/npz.ts'),
  ]);
  const { name: file } = source;
  const entries = await openZip(source);
  if (exported.isExportedProgram(entries)) {
    const nested = exported.nestedStateDict(entries);
    return nested
      ? torch.openTorchZip(await openZip(nested))
      : exported.openExportedProgram(file, entries);
  }
  if (torch.isTorchZip(entries)) return torch.openTorchZip(entries);
  if (npz.isNpz(entries)) return npz.openNpz(entries);
  if (entries.has('model.weights.h5')) fail('weights-other-format', { file, format: 'keras' });
  return fail('weights-no-state-dict', { file, found: 'a zip without data.pkl or .npy files' });
}

interface Opening {
  readonly source: ByteSource;
  /** The first bytes, by which it was recognised. */
  readonly start: Uint8Array;
  readonly beside: OpenBeside;
}

/** JSON is weights where it is an index of shards; a shard is none itself. */
async function openIndex({ source, beside }: Opening): Promise<WeightsFile> {
  const map = await readWeightMap(source);
  if (!map) return fail('weights-other-format', { file: source.name, format: 'json' });
  return openShardedWeights(source, map, beside, (shard) => openWeights(shard));
}

type Open = (opening: Opening) => WeightsFile | Promise<WeightsFile>;

/** Kinds that are told from each other only for their messages. */
function failing<K extends string>(
  kinds: readonly K[],
  say: (file: string, kind: K) => never,
): Readonly<Record<K, Open>> {
  const rows = kinds.map((kind) => [kind, ({ source }: Opening) => say(source.name, kind)]);
  return Object.fromEntries(rows) as Record<K, Open>;
}

const readers: Readonly<Record<FileKind, Open>> = {
  ...failing<Packer>(packers, (file, packer) => fail('weights-compressed', { file, packer })),
  ...failing<OtherFormatName>(otherFormatNames, (file, format) =>
    fail('weights-other-format', { file, format }),
  ),
  pickle: ({ source }) => openPdparams(source),
  'torch-legacy': ({ source }) => openTorchLegacy(source),
  zip: ({ source }) => openZipWeights(source),
  safetensors: ({ source }) => openSafetensors(source),
  json: openIndex,
  'text-pickle': ({ source }) =>
    fail('weights-pickle-protocol', { file: source.name, protocol: 0 }),
  npy: ({ source }) => fail('weights-single-array', { file: source.name }),
  pdiparams: async ({ source, beside }) =>
    (await import('./formats/paddle-static/pdiparams.ts')).openPdiparams(source, beside),
  tar: ({ source }) => fail('weights-tar', { file: source.name }),
  'lfs-pointer': ({ source }) => fail('weights-lfs-pointer', { file: source.name }),
  'web-page': ({ source }) => fail('weights-web-page', { file: source.name }),
  onnx: ({ source }) => fail('weights-onnx', { file: source.name }),
  hdf5: ({ source }) => fail('weights-hdf5', { file: source.name }),
  unknown: ({ source, start }) => fail('weights-format-unknown', { file: source.name, start }),
};

/**
 * Opens a weights file of any known format, recognised by content. Reads the index of its tensors and none of their data. `beside` gives the other files of
 * its folder: an index of shards is read with all that it names.
 * DiagnosticError for everything that is no state dict, or that is damaged or made to mislead.
 */
export async function openWeights(
  source: ByteSource,
  beside: OpenBeside = () => undefined,
): Promise<WeightsFile> {
  if (source.sizeBytes === 0) fail('weights-empty', { file: source.name });
  const start = await source.read(0, Math.min(signatureBytes, source.sizeBytes));
  return readers[recogniseFile(start, source.name)]({ source, start, beside });
}
