import { row } from '../message-row.ts';

export const languageMessages = {
} as const;
