import { weightsFormatMessages } from './weights-formats.ts';
import { weightsTensorMessages } from './weights-tensors.ts';

export const weightsMessages = {
  ...weightsFormatMessages,
  ...weightsTensorMessages,
} as const;
