import { row } from '../message-row.ts';

export const tensorrtMessages = {
} as const;
