import { row } from '../message-row.ts';
import { printable } from '../printable.ts';
import { commandFor } from '../quoted.ts';
import type { InFile } from './weights-tensors.ts';

function named(file: string): string {
  return `'${printable(file)}'`;
}

const stateDictCure =
  'Save the state dict alone: torch.save(model.state_dict(), "model.pth") or paddle.save(model.state_dict(), "model.pdparams").';

/** Commands that unpack a file to standard output. */
const unpacking = {
  gzip: 'gzip -dc FILE > weights',
  zstd: 'zstd -dc FILE > weights',
  xz: 'xz -dc FILE > weights',
  bzip2: 'bzip2 -dc FILE > weights',
  '7z': '7z x -so FILE > weights',
  lz4: 'lz4 -dc FILE > weights',
  zlib: `python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.decompress(open(sys.argv[1], "rb").read()))' FILE > weights`,
} as const;

export type Packer = keyof typeof unpacking;

/** All that rcc tells from each other. */
export const packers = Object.keys(unpacking) as readonly Packer[];

export interface MissingNames {
  /** Its name without the ending, where nothing beside it has the names. */
  readonly stem?: string;
  /** What should have them, and why it has not. */
  readonly beside?: string;
  readonly reason?: string;
}

function whyWithoutNames({ stem = '', beside, reason = '' }: MissingNames): string {
  return beside === undefined
    ? `neither ${named(`${stem}.pdiparams.info`)} (Paddle 2) nor ${named(`${stem}.json`)} (Paddle 3) is beside it`
    : `${named(beside)} beside it does not tell them: ${printable(reason)}`;
}

/** What a file is that was given as weights: what it must not be, and how it can be damaged. */
export const weightsFormatMessages = {
  'weights-empty': row<InFile>({
    severity: 'error',
    message: ({ file }) => `${named(file)} is empty.`,
    hint: () => 'The download may have been broken off before it began.',
    cause: 'The weights file has no bytes.',
    example: 'rcc compile resnet50.rn --weights empty.pth',
    cure: 'Fetch or copy the file again and compare its size with the source.',
  }),
  'weights-truncated': row<InFile & { neededBytes: number; sizeBytes: number }>({
    severity: 'error',
    message: ({ file, neededBytes, sizeBytes }) =>
      `${named(file)} ends too early: ${neededBytes} bytes are needed, ${sizeBytes} are there.`,
    hint: () => 'The download may be incomplete: fetch the file again.',
    cause: "The file's own index points behind its end.",
    example: 'head -c 100000 resnet50.pth > part.pth',
    cure: 'Fetch or copy the file again and compare its size or digest with the source.',
  }),
  'weights-changed': row<InFile>({
    severity: 'error',
    message: ({ file }) => `${named(file)} changed while it was read.`,
    hint: () => 'Wait until nothing writes it any more and run the command again.',
    cause:
      'Size or modification time of the file are no longer those of the beginning: some program writes it.',
    example: 'A training run saves its checkpoint while rcc compiles it.',
    cure: 'Compile a copy, or wait until the file is finished.',
  }),
  'weights-format-unknown': row<InFile & { start: Uint8Array }>({
    severity: 'error',
    message: ({ file, start }) =>
      `${named(file)} is no weights file that rcc knows; it begins with ${hexOf(start)}.`,
    hint: () =>
      'rcc reads .pdparams, torch .pth/.pt (state dict), .safetensors and .npz, whatever the file is called.',
    cause: 'The format is recognised by the first bytes, and these are none of a known format.',
    example: 'rcc compile resnet50.rn --weights picture.jpg',
    cure: stateDictCure,
  }),
  'weights-pdiparams': row<InFile & MissingNames>({
    severity: 'error',
    message: ({ file, ...missing }) =>
      `${named(file)} is a static Paddle file (.pdiparams): it holds numbers without names, and ${whyWithoutNames(missing)}.`,
    hint: ({ beside }) =>
      `${beside === undefined ? 'Copy the file that paddle.jit.save wrote beside it, or give' : 'Give'} the .pdparams of the training: paddle.save(model.state_dict(), "model.pdparams")`,
    cause:
      'paddle.jit.save writes the numbers one after another. Which is which stands beside them: in NAME.pdiparams.info of Paddle 2, or in the program NAME.json of Paddle 3, where rcc finds the layers of a plain ResNet by their place. A .pdmodel alone has counters (conv2d_10.w_0), not the names of layers.',
    example: 'rcc compile resnet50.rn --weights inference.pdiparams',
    cure: 'Keep inference.pdiparams.info or inference.json beside it, or use the .pdparams file that the static model was exported from.',
  }),
  'weights-tar': row<InFile>({
    severity: 'error',
    message: ({ file }) => `${named(file)} is a tar archive.`,
    hint: () =>
      'Unpack it and give the file inside. (torch 0.1 wrote tar archives too: load and save such a file with a newer torch.)',
    cause: 'The file is a tar by content; a checkpoint that is only called .pth.tar is none.',
    example: 'rcc compile resnet50.rn --weights ResNet50_vd_pretrained.tar',
    cure: 'tar -xf FILE, then give the .pdparams or .pth from it.',
  }),
  'weights-lfs-pointer': row<InFile>({
    severity: 'error',
    message: ({ file }) => `${named(file)} is a Git LFS pointer, not the file it points to.`,
    hint: () => 'Run `git lfs pull` in that repository.',
    cause:
      'The repository was cloned without Git LFS; in place of the weights stand three lines of text.',
    example: 'git clone without git-lfs installed',
    cure: 'Install git-lfs, then `git lfs install && git lfs pull`; or download the file from its web page.',
  }),
  'weights-web-page': row<InFile>({
    severity: 'error',
    message: ({ file }) => `${named(file)} is a web page, not weights.`,
    hint: () => 'The address that was fetched answered with a page: often an error, or a login.',
    cause: 'A download program saved an HTML page under the name of the weights.',
    example: 'curl -o resnet50.pth https://example.com/missing',
    cure: 'Open the file in a browser to see what it says, and fetch the weights from their direct address.',
  }),
  'weights-compressed': row<InFile & { readonly packer: Packer }>({
    severity: 'error',
    message: ({ file, packer }) => `${named(file)} is compressed (${packer}).`,
    hint: ({ file, packer }) => `Unpack it first: ${commandFor(file, unpacking[packer])}`,
    cause: 'Weights are read by position, which a compressed file does not allow.',
    example: 'rcc compile resnet50.rn --weights resnet50.pth.gz',
    cure: 'Unpack the file and give the result.',
  }),
  'weights-onnx': row<InFile>({
    severity: 'error',
    message: ({ file }) => `${named(file)} is an ONNX model, not a weights file.`,
    hint: () =>
      '`rcc inspect` shows an ONNX model; weights come from .pdparams, .pth, .safetensors or .npz.',
    cause: 'An ONNX model has lost the parameter names that rcc binds by.',
    example: 'rcc compile resnet50.rn --weights model.onnx',
    cure: 'Give the file that the ONNX model was exported from.',
  }),
  'weights-hdf5': row<InFile>({
    severity: 'error',
    message: ({ file }) =>
      `${named(file)} is an HDF5 file (Keras, Caffe), which rcc does not read.`,
    hint: () => 'Convert it to .npz in Python: numpy.savez("model.npz", **tensors)',
    cause: 'HDF5 is none of the formats of Paddle and PyTorch.',
    example: 'rcc compile resnet50.rn --weights resnet50.h5',
    cure: 'Save the tensors as .npz or .safetensors under the names of a known scheme.',
  }),
  'weights-single-array': row<InFile>({
    severity: 'error',
    message: ({ file }) =>
      `${named(file)} is one array (.npy); weights are many, each with a name.`,
    hint: () => 'Save them as .npz: numpy.savez("model.npz", **tensors)',
    cause: 'A .npy file has no place for names.',
    example: 'rcc compile resnet50.rn --weights input.npy',
    cure: 'Give a .npz or another weights file; inputs for `rcc verify` are .npy.',
  }),
  'weights-pickle-protocol': row<InFile & { protocol: number }>({
    severity: 'error',
    message: ({ file, protocol }) =>
      protocol < 2
        ? `${named(file)} is a pickle of protocol 0 or 1, or none at all; rcc reads protocols 2 to 5.`
        : `${named(file)} is a pickle of protocol ${protocol}; rcc reads protocols 2 to 5.`,
    hint: () => 'Save it with protocol=4, which is what paddle.save does by itself.',
    cause: 'Neither Paddle nor PyTorch writes state dicts with other protocols.',
    example: 'pickle.dump(state_dict, file, protocol=0)',
    cure: stateDictCure,
  }),
  'weights-pickle-global': row<InFile & { module: string; global: string; offset: number }>({
    severity: 'error',
    message: ({ file, module, global, offset }) =>
      `${named(file)} names '${printable(module)}.${printable(global)}' at byte ${offset}, which runs programs or code or reaches the system and has no place beside weights; nothing in the file was run.`,
    hint: ({ module, global }) =>
      /^(builtins|__builtin__)$/.test(module) && global === 'eval'
        ? 'A tensor of a static Paddle program is written so. Save model.state_dict() instead. From a source you do not trust, this is an attack.'
        : `Do not load this file in Python unless you made it yourself: such names are what attacks are made of. ${stateDictCure}`,
    cause:
      'A pickle is a program: it may name any function of Python and have it called. rcc calls none; objects beside the weights are left aside, but a name like this one is refused.',
    example: 'A checkpoint that somebody changed so that loading it runs a command.',
    cure: stateDictCure,
  }),
  'weights-pickle-opcode': row<InFile & { opcode: string; offset: number }>({
    severity: 'error',
    message: ({ file, opcode, offset }) =>
      `${named(file)} has the pickle opcode ${opcode} at byte ${offset}, which no state dict needs; nothing in the file was run.`,
    hint: () => stateDictCure,
    cause:
      'The pickle keeps data outside of the file (NEXT_BUFFER), names what only the program that wrote it knows (PERSID, EXT1), makes an object of a class that stands for something else (NEWOBJ) or has text opcodes of an old protocol. Objects of other classes are left aside, not refused.',
    example: 'pickle.dump(state_dict, file, protocol=5, buffer_callback=buffers.append)',
    cure: stateDictCure,
  }),
  'weights-pickle-malformed': row<InFile & { reason: string; offset: number }>({
    severity: 'error',
    message: ({ file, reason, offset }) =>
      `${named(file)} is a damaged pickle: ${printable(reason)} (byte ${offset}).`,
    hint: () => 'Fetch the file again and compare its digest with the source.',
    cause:
      'The pickle contradicts itself, or holds something in a place where a state dict does not.',
    example: 'A file whose middle was overwritten.',
    cure: 'Fetch or save the file again.',
  }),
  'weights-pickle-limit': row<InFile & { what: string; limit: number }>({
    severity: 'error',
    message: ({ file, what, limit }) =>
      `${named(file)} has more than ${limit} ${what} in its pickle.`,
    hint: () => stateDictCure,
    cause:
      'No state dict of these networks comes near; a file that does is made to use up memory or time.',
    example: 'A checkpoint with the history of a whole training in Python lists.',
    cure: stateDictCure,
  }),
  'weights-zip-malformed': row<InFile & { reason: string }>({
    severity: 'error',
    message: ({ file, reason }) => `${named(file)} is a damaged zip archive: ${printable(reason)}.`,
    hint: () => 'The download may be incomplete: fetch the file again.',
    cause: "The archive's index and its content do not agree, or the index at its end is missing.",
    example: 'head -c 1000000 resnet50.pth > part.pth',
    cure: 'Fetch or save the file again.',
  }),
  'weights-zip-compressed': row<InFile & { entry: string }>({
    severity: 'error',
    message: ({ file, entry }) => `${named(file)} holds '${printable(entry)}' compressed.`,
    hint: () => 'Save with numpy.savez in place of savez_compressed; torch.save never compresses.',
    cause: 'Weights are read by position, which compressed entries do not allow.',
    example: 'numpy.savez_compressed("model.npz", **tensors)',
    cure: 'Save the file again without compression.',
  }),
  'weights-zip-checksum': row<InFile & { entry: string }>({
    severity: 'error',
    message: ({ file, entry }) =>
      `${named(file)} is damaged: the content of '${printable(entry)}' does not match its checksum.`,
    hint: () => 'Fetch the file again.',
    cause: 'Bytes of the entry changed after the archive was written.',
    example: 'A bad disk or an interrupted copy.',
    cure: 'Fetch or save the file again.',
  }),
  'weights-safetensors-malformed': row<InFile & { reason: string }>({
    severity: 'error',
    message: ({ file, reason }) =>
      `${named(file)} is a damaged safetensors file: ${printable(reason)}.`,
    hint: () => 'Fetch the file again and compare its digest with the source.',
    cause:
      'The header breaks a rule of the format: every tensor once, one after another without hole or overlap.',
    example: 'A file that was edited by hand.',
    cure: 'Fetch or save the file again.',
  }),
  'npy-malformed': row<InFile & { reason: string }>({
    severity: 'error',
    message: ({ file, reason }) => `${named(file)} is no valid .npy array: ${printable(reason)}.`,
    hint: () => 'Write it with numpy.save("file.npy", array).',
    cause: 'The file is damaged, or something else under the name of an array.',
    example: 'rcc verify resnet50.rn --input picture.jpg',
    cure: 'Save the array again with numpy.save.',
  }),
} as const;

/** The first eight bytes, in hex and as text. */
function hexOf(bytes: Uint8Array): string {
  const start = [...bytes.subarray(0, 8)];
  const hex = start.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = start.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'));
  return `${hex} ("${text.join('')}")`;
}
