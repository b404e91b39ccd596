import { row } from '../message-row.ts';

export const codegenMessages = {
} as const;
