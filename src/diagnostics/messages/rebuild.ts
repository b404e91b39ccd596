import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** A file that an artifact was made from, and the option that names it anew. */
export interface RebuildSource {
  readonly what: string;
  readonly path: string;
  readonly option: string;
}

export const rebuildMessages = {
  'rebuild-command-missing': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `${path} does not say which command made the artifact.`,
    hint: () => 'Name the spec with --spec, and the weights with --weights where there were any.',
    cause: 'A program made the artifact through the library, which records no command.',
    example: 'rcc rebuild build/digits/fp16 --spec digits.rn --weights digits.safetensors',
    cure: 'Name the files that it was made from: the manifest has the precision, the target and the digests, against which they are checked.',
  }),
  'rebuild-command-unreadable': row<{ path: string; command: string; reason: string }>({
    severity: 'error',
    message: ({ path, command, reason }) =>
      `The command in ${path} cannot be given again (${command}): ${reason}`,
    cause: 'The manifest is of another version of rcc, or was changed by hand.',
    cure: 'Compile again with `rcc compile`.',
  }),
  'rebuild-source-missing': row<RebuildSource & { tried: readonly string[] }>({
    severity: 'error',
    message: ({ what, path }) => `The ${what} that the artifact was made from is gone: '${path}'.`,
    hint: ({ option, tried }) =>
      `Name it with ${option}, or run rcc where the artifact was made. Tried from: ${listText(tried)}.`,
    cause:
      'The manifest names files as the command did, which may be relative to the folder where rcc ran. They are looked for from the current folder, then from the folders above the artifact, up to its repository’s root or the home folder.',
    example: 'rcc rebuild build/digits/fp16 --weights /data/digits.safetensors',
    cure: 'Name the file anew; its digest tells whether it is the same.',
  }),
  'rebuild-source-changed': row<RebuildSource & { expected: string; found: string }>({
    severity: 'error',
    message: ({ what, path, expected, found }) =>
      `The ${what} ${path} is not what the artifact was made from: expected ${expected}, found ${found}.`,
    hint: ({ option }) =>
      `Name the one that it was made from with ${option}, or take what is there now with \`rcc compile\`.`,
    cause: 'The file was changed since, or another has its name. A rebuild makes the same network.',
    cure: 'Find the file with the digest in the manifest, or compile a new artifact.',
  }),
  'rebuild-calibration-changed': row<{ expected: string; found: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ expected, found }) =>
      `The calibration data is not what the artifact was made with: expected ${expected}, found ${found}.`,
    hint: () =>
      'Give the artifact’s own calibration with --calibrate DIR/calibration.json, or take the new data with `rcc compile`.',
    cause: 'Pictures came, left or changed since, so the ranges of the int8 model would be others.',
    cure: 'Calibrate with the calibration.json of the artifact.',
  }),
  'rebuild-calibration-kept': row<{ path: string; file: string }>({
    severity: 'note',
    message: ({ path, file }) =>
      `The calibration data '${path}' is gone; the ranges are taken from ${file}.`,
    cause: 'The artifact keeps the ranges that were measured, with the digest of their data.',
    cure: 'Nothing has to be done.',
  }),
  'rebuild-engine-differs': row<{ files: readonly string[] }>({
    severity: 'note',
    message: ({ files }) =>
      `The graph is the same, byte for byte; ${listText(files, ' and ')} came out with other bytes. It was verified and timed anew.`,
    cause:
      'Builders name what they make by themselves, onnxruntime its nodes for one, and choose kernels by measuring: two builds of one graph are seldom the same file.',
    cure: 'Nothing is wrong: model.onnx tells whether it is the same network, and the verdict whether the engine computes it.',
  }),
  'rebuild-graph-differs': row<{ before: string; now: string }>({
    severity: 'error',
    exit: 'unacceptable',
    message: ({ before, now }) =>
      `The graph came out as another one (${before} before, ${now} now), and nothing that was asked for explains it.`,
    hint: () => '`rcc inspect` shows both: build beside the old one with `rcc compile … -o DIR`.',
    cause:
      'Spec, weights, form and rcc are those of the manifest, so the bytes of model.onnx have to be the same. Where the manifest has no command, options such as --keep-fp32 are not known.',
    cure: 'Compile with the options that made it.',
  }),
  'rebuild-needs-output': row<{ path: string }>({
    severity: 'error',
    message: ({ path }) => `${path} is a manifest alone, so there is no artifact to replace.`,
    hint: () => 'Say with -o DIR where the artifact is to go.',
    cause: 'A manifest of another name than manifest.json was copied out of its folder.',
    example: 'rcc rebuild kept/resnet50.json -o build/resnet50',
    cure: 'Give -o.',
  }),
} as const;
