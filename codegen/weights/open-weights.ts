import { fail } from '../../src/diagnostics/diagnostic.ts';
import type { ByteSource } from '../tensors/byte-source.ts';
import { openPdparams } from './formats/pdparams.ts';
import { openSafetensors } from './formats/safetensors.ts';
import { type FileKind, recogniseFile, signatureBytes } from './formats/signatures.ts';
import { openTorchLegacy } from './formats/torch-legacy.ts';
import type { WeightsFile } from './weights-file.ts';

/** Zip readers are loaded when a zip is met: yauzl is the one dependency of this room. */
async function openZipWeights(source: ByteSource): Promise<WeightsFile> {
  const [{ openZip }, torch, npz] = await Promise.all([
    import('./formats/zip-archive.ts'),
    import('./formats/torch-zip.ts'),
    import('./formats/npz.ts'),
  ]);
  const entries = await openZip(source);
  if (torch.isTorchZip(entries)) return torch.openTorchZip(entries);
  if (npz.isNpz(entries)) return npz.openNpz(entries);
  return fail('weights-no-state-dict', {
    file: source.name,
    found: 'a zip without data.pkl or .npy files',
  });
}

type Open = (source: ByteSource, start: Uint8Array) => WeightsFile | Promise<WeightsFile>;

const readers: Readonly<Record<FileKind, Open>> = {
  pickle: openPdparams,
  'torch-legacy': openTorchLegacy,
  zip: openZipWeights,
  safetensors: openSafetensors,
  'text-pickle': ({ name: file }) => fail('weights-pickle-protocol', { file, protocol: 0 }),
  npy: ({ name: file }) => fail('weights-single-array', { file }),
  pdiparams: ({ name: file }) => fail('weights-pdiparams', { file }),
  tar: ({ name: file }) => fail('weights-tar', { file }),
  'lfs-pointer': ({ name: file }) => fail('weights-lfs-pointer', { file }),
  'web-page': ({ name: file }) => fail('weights-web-page', { file }),
  compressed: ({ name: file }) => fail('weights-compressed', { file }),
  onnx: ({ name: file }) => fail('weights-onnx', { file }),
  hdf5: ({ name: file }) => fail('weights-hdf5', { file }),
  unknown: ({ name: file }, start) => fail('weights-format-unknown', { file, start }),
};

/**
 * Opens a weights file of any known format, recognised by content. Reads the index of its tensors and none of their data.
 * DiagnosticError for everything that is no state dict, or that is damaged or made to mislead.
 */
export async function openWeights(source: ByteSource): Promise<WeightsFile> {
  if (source.sizeBytes === 0) fail('weights-empty', { file: source.name });
  const start = await source.read(0, Math.min(signatureBytes, source.sizeBytes));
  return readers[recogniseFile(start)](source, start);
}
