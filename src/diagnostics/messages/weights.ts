import { row } from '../message-row.ts';

export const weightsMessages = {
} as const;
