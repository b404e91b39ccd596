import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** What a network puts out where that is no classes, and who needs them. */
export const outputMessages = {
  'classes-needed': row<{ model: string; doing: string; outputs: readonly string[] }>({
    severity: 'error',
    message: ({ model, doing, outputs }) =>
      `${doing} needs classes, and '${model}' puts out ${listText(outputs)}.`,
    hint: () => 'A network tells classes with `head logits` or `head softmax` among its outputs.',
    cause:
      'Features, embeddings and maps are numbers for another program: no class belongs to them.',
    cure: 'Check such a network with `rcc verify`, or give the model a head that tells classes.',
  }),
  'reference-output-missing': row<{ file: string; output: string; found: readonly string[] }>({
    severity: 'error',
    message: ({ file, output, found }) =>
      `${file} has no array '${output}'; it has ${found.length === 0 ? 'none' : listText(found)}.`,
    hint: () => 'np.savez("y.npz", c2=…, c3=…) writes an array for each output by its name.',
    cause: 'The reference of a network with several outputs holds each of them by its name.',
    cure: 'Write the file with an array for every output of the spec.',
  }),
} as const;
