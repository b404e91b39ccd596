import { listText } from '../bounds.ts';
import { row } from '../message-row.ts';

/** Heads and outputs of a spec. */
export const languageOutputMessages = {
  'output-of-no-stage': row<{ output: string; stages: number; known: readonly string[] }>({
    severity: 'error',
    message: ({ output, stages }) =>
      `There is no '${output}': the network has ${stages} ${stages === 1 ? 'stage' : 'stages'}.`,
    hint: ({ known }) => `It may put out ${listText(known)}.`,
    cause: 'c2 is the last map of stage 1, c3 of stage 2 and so on, by the names of detectors.',
    example: 'model a {\n  block basic\n  stages [2, 2]\n  outputs [c2, c4]\n}\n',
    cure: 'Name stages that the network has, one less than the digit.',
  }),
  'output-repeated': row<{ output: string }>({
    severity: 'error',
    message: ({ output }) => `'${output}' stands twice among the outputs.`,
    cause: 'An output has one name, by which an engine is asked for it.',
    example: 'model a {\n  depth 50\n  outputs [c3, c3]\n}\n',
    cure: 'Name each output once.',
  }),
  'reference-twice': row<Record<never, never>>({
    severity: 'error',
    message: () => "'reference' gives 'logits' and 'outputs'; one of them is the answer.",
    cause: 'Both say what the training framework answered.',
    example:
      'model a {\n  depth 50\n  reference { input "x.npy"  logits "y.npy"  outputs "z.npz" }\n}\n',
    cure: 'Keep `outputs`, which holds every output by its name, or `logits`.',
  }),
  'reference-logits-of-features': row<{ model: string }>({
    severity: 'error',
    message: ({ model }) => `Model '${model}' puts out no logits that 'reference' could hold.`,
    hint: () => 'Write `outputs "y.npy"` for one output, or `outputs "y.npz"` for several.',
    cause: 'Its head, or its outputs, leave the linear layer out.',
    example:
      'model a {\n  depth 50\n  head features\n  reference { input "x.npy"  logits "y.npy" }\n}\n',
    cure: 'Name the file in `outputs`.',
  }),
} as const;
