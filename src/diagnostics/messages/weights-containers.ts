import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';
import { printable } from '../printable.ts';
import type { InFile } from './weights-tensors.ts';

function listed(names: readonly string[]): string {
  return listText(names.map(printable));
}

/** Weights in several files, and folders of them. */
export const weightsContainerMessages = {
  'weights-index-malformed': row<InFile & { readonly reason: string }>({
    severity: 'error',
    message: ({ file, reason }) =>
      `'${printable(file)}' is a damaged index of shards: ${printable(reason)}.`,
    hint: () => 'Fetch the file again; the index and its shards come together.',
    cause: 'An index maps each tensor to the file beside it that holds it ("weight_map").',
    example: 'A model.safetensors.index.json that names a file in another folder.',
    cure: 'Fetch or save index and shards again.',
  }),
  'weights-shards-missing': row<
    InFile & { readonly shards: readonly string[]; readonly count: number }
  >({
    severity: 'error',
    message: ({ file, shards, count }) =>
      `${shards.length} of the ${count} files that '${printable(file)}' names ${shards.length === 1 ? 'is' : 'are'} not beside it: ${listed(shards)}.`,
    hint: () => 'Fetch them into the same folder.',
    cause: 'The tensors are in the shards; the index says only which is where.',
    example: 'A folder from which only the index was copied.',
    cure: 'Fetch the missing files, or save the model into one file.',
  }),
  'weights-shard-incomplete': row<
    InFile & { readonly shard: string; readonly tensors: readonly string[] }
  >({
    severity: 'error',
    message: ({ file, shard, tensors }) =>
      `'${printable(shard)}' lacks ${tensors.length === 1 ? 'a tensor' : `${tensors.length} tensors`} that '${printable(file)}' says it holds: ${listed(tensors)}.`,
    hint: () => 'Index and shards are of different savings: fetch all of them again.',
    cause: 'The index does not belong to the shard beside it.',
    example: 'A shard of the next epoch copied over that of the last.',
    cure: 'Fetch or save index and shards together.',
  }),
  'weights-folder': row<
    InFile & {
      /** Of all that is in it. */
      readonly names: readonly string[];
      /** Those that may be weights. */
      readonly like: readonly string[];
    }
  >({
    severity: 'error',
    message: ({ file, names, like }) => {
      if (names.length === 0) return `The folder '${printable(file)}' is empty.`;
      return like.length > 0
        ? `The folder '${printable(file)}' holds ${like.length} files that may be the weights: ${listed(like)}.`
        : `The folder '${printable(file)}' holds no model.safetensors or pytorch_model.bin; there are ${listed(names)}.`;
    },
    hint: ({ file, like: [first] }) =>
      first === undefined
        ? 'Give the file with the weights itself.'
        : `Give the file with the weights itself, e.g. '${printable(`${file.replace(/[\\/]+$/, '')}/${first}`)}'.`,
    cause:
      'Of a folder rcc takes model.safetensors, model.safetensors.index.json, pytorch_model.bin or pytorch_model.bin.index.json, in this order, or the only file in it that is called as weights are.',
    example: 'rcc compile resnet50.rn --weights checkpoints/',
    cure: 'Give one file of the folder, e.g. checkpoints/epoch_90.pth.',
  }),
} as const;
