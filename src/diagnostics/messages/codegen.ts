import { row } from '../message-row.ts';
import { printable, printableUpTo } from '../printable.ts';

export const codegenMessages = {
  'onnx-malformed': row<{ file: string; reason: string }>({
    severity: 'error',
    message: ({ file, reason }) =>
      `'${printable(file)}' is no ONNX model that can be read: ${printableUpTo(400, reason)}.`,
    cause: 'The file is cut short, damaged, of another format, or made to fill memory.',
    cure: 'Make it again, for example with `rcc compile SPEC --target onnx`.',
  }),
  'tensor-not-finite': row<{ tensor: string; index: number }>({
    severity: 'error',
    message: ({ tensor, index }) =>
      `'${tensor}' would be written with NaN or infinity (element ${index}), though the weights are finite.`,
    hint: () =>
      'Look at the scale and the variance of the batch norm beside it in the weights file.',
    cause:
      'What the compiler makes of the weights leaves float32: the scale of a batch norm divided by the root of its variance is so large that a folded weight is infinite.',
    cure: 'Check that the file holds trained statistics; a variance near zero with a large scale is the usual reason.',
  }),
} as const;
