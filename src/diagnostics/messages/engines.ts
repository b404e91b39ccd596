import { row } from '../message-row.ts';

export const engineMessages = {
} as const;
