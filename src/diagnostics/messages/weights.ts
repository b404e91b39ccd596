import { weightsContainerMessages } from './weights-containers.ts';
import { weightsFormatMessages } from './weights-formats.ts';
import { weightsObjectMessages } from './weights-objects.ts';
import { weightsOtherMessages } from './weights-others.ts';
import { weightsTensorMessages } from './weights-tensors.ts';

export const weightsMessages = {
  ...weightsFormatMessages,
  ...weightsObjectMessages,
  ...weightsContainerMessages,
  ...weightsOtherMessages,
  ...weightsTensorMessages,
} as const;
