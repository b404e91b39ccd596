import * as z from 'zod';
import { benchFileSchema } from '../src/report/bench-file.ts';

/** JSON Schema of a bench file as it may be written, for readers and writers in other languages. */
export function benchJsonSchema(): string {
  const described = z.toJSONSchema(benchFileSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'bench file of rcc', ...described }, null, 2)}\n`;
}
